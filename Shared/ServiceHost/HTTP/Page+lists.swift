public import Contracts

// What lists have in common: their pages, and what they are asked by.

extension Page {
    /// One more than asked for tells whether there is a next page.
    public var fetch: Int { limit + 1 }

    /// The id below which the page begins; `nil` for the first one. Throws 400 for a cursor that
    /// no page of this list ended with.
    public func last<Subject>(as type: ID<Subject>.Type) throws(Problem) -> ID<Subject>? {
        guard let text = cursor else { return nil }
        guard let id = ID<Subject>(text) else {
            throw .invalidParameter("cursor", "'cursor' must be a 'next_cursor' of this list.")
        }
        return id
    }

    /// The answer of what `fetch` gave; its cursor is the id of the page's last item.
    public func answer<Item, View: Encodable & Sendable>(
        _ fetched: [Item], id: (Item) -> some CustomStringConvertible, view: (Item) -> View
    ) -> PageOf<View> {
        let items = fetched.prefix(limit)
        return PageOf(
            data: items.map(view),
            nextCursor: fetched.count > limit ? items.last.map { id($0).description } : nil)
    }
}

extension RequestScope {
    /// The query parameter of that name as one of several words; `nil` if it is not given. Throws
    /// 400 for any other word.
    public func queryWord<Word: RawRepresentable & CaseIterable>(
        _ name: String, as type: Word.Type
    ) throws(Problem) -> Word? where Word.RawValue == String {
        guard let text = query(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParameter(name, "'\(name)' must be one of: \(words).")
        }
        return word
    }
}
