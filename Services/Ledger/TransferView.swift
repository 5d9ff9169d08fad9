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
    @Nullable var reference: String?
    @Nullable var payment: PaymentID?
    @Nullable var hold: HoldID?
    /// The transfer that this one gives back, in full or in part.
    @Nullable var reverses: TransferID?
    /// The transfers that give this one back, oldest first.
    let reversals: [TransferID]
    /// Minor units that they gave back: at most the sum of this transfer's debits.
    let reversed: Int64
    let metadata: Metadata
    /// `null`, as `createdAt`, in the answer to a dry run that named no time.
    @Nullable var effectiveAt: Date?
    @Nullable var createdAt: Date?

    /// What a transfer would look like if it were recorded.
    init(dryRun transfer: Transfer, currency: Currency, metadata: Metadata, effectiveAt: Date?) {
        id = transfer.id
        entries = transfer.entries.map {
            EntryView(
                account: $0.line.account, side: $0.line.side, amount: $0.line.amount.minorUnits,
                balanceAfter: $0.balanceAfter)
        }
        self.currency = currency
        _reference = Nullable(wrappedValue: transfer.draft.reference)
        _payment = Nullable(wrappedValue: nil)
        _hold = Nullable(wrappedValue: nil)
        _reverses = Nullable(wrappedValue: nil)
        reversals = []
        reversed = 0
        self.metadata = metadata
        _effectiveAt = Nullable(wrappedValue: effectiveAt)
        _createdAt = Nullable(wrappedValue: nil)
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
        _reference = Nullable(wrappedValue: try row.read(0))
        _payment = Nullable(
            wrappedValue: try row.read(1, as: UUID?.self).map { PaymentID($0) })
        _hold = Nullable(wrappedValue: try row.read(2, as: UUID?.self).map { HoldID($0) })
        metadata = try WireJSON.decode(from: row.read(3, as: [UInt8].self))
        _effectiveAt = Nullable(wrappedValue: try row.read(4))
        _createdAt = Nullable(wrappedValue: try row.read(5))
        _reverses = Nullable(
            wrappedValue: try row.read(6, as: UUID?.self).map { TransferID($0) })
        reversals = try row.read(7, as: [UUID].self).map { TransferID($0) }
        reversed = try row.read(8)
    }
}
