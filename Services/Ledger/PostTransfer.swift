import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// `POST /v1/transfers`: several debits and credits, all of them or none.
struct PostTransfer: Codable, Sendable {
    struct EntryInput: Codable, Sendable {
        let account: AccountID
        let side: Side
        let amount: Amount
        /// Of this entry; the transfer's, if not given.
        var currency: Currency?
    }

    let entries: [EntryInput]
    /// Of all entries that name none. A transfer of several currencies balances in each.
    let currency: Currency?
    let reference: ShortText?
    let effectiveAt: Date?
    /// Decides, records nothing, and leaves the idempotency key unused.
    let dryRun: Bool?
    let metadata: Metadata?

    /// What is asked of the book. Throws 400 `invalid-field`.
    func draft(id: TransferID) throws(Problem) -> TransferDraft {
        try LedgerTime.check(effectiveAt, "effective_at")
        return TransferDraft(
            id: id, lines: try Self.lines(entries, in: currency), reference: reference?.text,
            effectiveAt: effectiveAt.map { Moment($0) })
    }

    /// Reads entries, of which each names its currency or all have the one of the whole. Throws 400
    /// `invalid-field`.
    static func lines(
        _ entries: [EntryInput], in currency: Currency?
    ) throws(Problem) -> [Line] {
        var lines: [Line] = []
        for (index, entry) in entries.enumerated() {
            guard let currency = entry.currency ?? currency else {
                throw .invalidField(
                    "entries[\(index)].currency",
                    "It must be given here, or for the whole transfer.")
            }
            lines.append(
                Line(
                    account: entry.account, side: entry.side,
                    amount: Money(entry.amount.minorUnits, currency)))
        }
        return lines
    }
}

/// `GET /v1/transfers/{id}` and `GET /v1/transfers`.
enum GetTransfers {
    static func one(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try TransferView(scope.id(), of: scope.tenant, in: tx))
    }

    /// Newest first, all or those of one `reference`; the cursor is the last id of the page before.
    static func list(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let ids = try tx.query(
            LedgerQueries.transfers, scope.tenant, try page.last(as: TransferID.self)?.uuid,
            scope.query("reference"), page.fetch
        ).map { row in TransferID(try row.read(0)) }
        let transfers = try ids.map { try TransferView($0, of: scope.tenant, in: tx) }
        return .ok(page.answer(transfers, id: \.id) { $0 })
    }
}
