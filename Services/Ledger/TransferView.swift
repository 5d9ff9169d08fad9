import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// A transfer as the HTTP API shows it.
struct TransferView: Encodable, Sendable {
    struct EntryView: Encodable, Sendable {
        let account: AccountID
        let side: Side
        let amount: Int64
        /// The account's balance after this entry, in its normal direction.
        let balanceAfter: Int64
    }

    let id: TransferID
    let entries: [EntryView]
    let currency: Currency
    let reference: String?
    let payment: PaymentID?
    let hold: HoldID?
    let metadata: Metadata
    /// Missing, as `createdAt`, from the answer to a dry run that named no time.
    let effectiveAt: Date?
    let createdAt: Date?

    /// What a transfer would look like if it were recorded.
    init(dryRun transfer: Transfer, currency: Currency, metadata: Metadata, effectiveAt: Date?) {
        id = transfer.id
        entries = transfer.entries.map {
            EntryView(
                account: $0.line.account, side: $0.line.side, amount: $0.line.amount.minorUnits,
                balanceAfter: $0.balanceAfter)
        }
        self.currency = currency
        reference = transfer.draft.reference
        payment = nil
        hold = nil
        self.metadata = metadata
        self.effectiveAt = effectiveAt
        createdAt = nil
    }

    /// The tenant's transfer of that id, or 404.
    init(_ id: TransferID, of tenant: String, in tx: borrowing Transaction) throws {
        let lines = try tx.query(LedgerQueries.transferEntries, tenant, id.uuid)
        guard let row = try tx.query(LedgerQueries.transfer, tenant, id.uuid).first,
            let first = lines.first
        else {
            throw Problem.notFound(code: "transfer-unknown", detail: "There is no transfer \(id).")
        }
        self.id = id
        entries = try lines.map { line in
            EntryView(
                account: AccountID(try line.read(0)), side: try line.word(1),
                amount: try line.read(2), balanceAfter: try line.read(4))
        }
        currency = try first.currency(3)
        reference = try row.read(0)
        payment = try row.read(1, as: UUID?.self).map { PaymentID($0) }
        hold = try row.read(2, as: UUID?.self).map { HoldID($0) }
        metadata = try WireJSON.decode(from: row.read(3, as: [UInt8].self))
        effectiveAt = try row.read(4, as: Date.self)
        createdAt = try row.read(5, as: Date.self)
    }
}
