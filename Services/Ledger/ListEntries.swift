import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// `GET /v1/accounts/{id}/entries`: the account's statement, with its running balance.
enum ListEntries {
    /// One line of a statement.
    struct EntryView: Encodable, Sendable {
        let transfer: TransferID
        let side: Side
        let amount: Int64
        let currency: Currency
        let balanceAfter: Int64
        let version: Int64
        let createdAt: Date

        /// Reads the columns of `LedgerQueries.entries`.
        init(row: Row) throws {
            transfer = TransferID(try row.read(0))
            side = try row.word(1)
            amount = try row.read(2)
            currency = try row.currency(3)
            balanceAfter = try row.read(4)
            version = try row.read(5)
            createdAt = try row.read(6)
        }
    }

    /// Oldest first, from `from` until before `to`; the cursor is the last version of the page
    /// before.
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let account = try AccountView.read(scope.id(), of: scope.tenant, in: tx)
        let page = try scope.page()
        let entries = try tx.query(
            LedgerQueries.entries, scope.tenant, account.id.uuid, try version(after: page.cursor),
            try time("from", of: scope), try time("to", of: scope), page.fetch
        ).map(EntryView.init(row:))
        return .ok(page.answer(entries, id: \.version) { $0 })
    }

    private static func version(after cursor: String?) throws(Problem) -> Int64 {
        guard let cursor else { return 0 }
        guard let version = Int64(cursor) else {
            throw .badRequest(
                code: "invalid-parameter", detail: "'cursor' is not one of ours.", field: "cursor")
        }
        return version
    }

    private static func time(_ name: String, of scope: RequestScope) throws(Problem) -> Date? {
        guard let text = scope.query(name) else { return nil }
        guard let time = RFC3339.parse(text) else {
            throw .badRequest(
                code: "invalid-parameter", detail: "'\(name)' must be a time as RFC 3339 has it.",
                field: name)
        }
        return LedgerTime.clamped(time)
    }
}
