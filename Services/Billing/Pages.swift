import Contracts
import FoundationEssentials
import ServiceHost

extension Page {
    /// The id below which the page begins; `nil` for the first page. Throws 400 for a cursor that
    /// no page of this list ever ended with.
    func cursorID<Subject>(as type: ID<Subject>.Type) throws(Problem) -> UUID? {
        guard let cursor else { return nil }
        guard let id = ID<Subject>(cursor) else {
            throw .badRequest(
                code: "invalid-parameter", detail: "'cursor' is not one of this list.",
                field: "cursor")
        }
        return id.uuid
    }

    /// One more row than the page holds, to see whether there is another page.
    var fetch: Int64 { Int64(limit) + 1 }

    /// Makes the answer of the rows that `fetch` gave; the cursor is the last id of the page.
    func answer<Item: Encodable & Sendable>(
        _ fetched: [Item], id: (Item) -> some CustomStringConvertible
    ) -> PageOf<Item> {
        let data = Array(fetched.prefix(limit))
        let isLast = fetched.count <= limit
        return PageOf(data: data, nextCursor: isLast ? nil : data.last.map { id($0).description })
    }
}
