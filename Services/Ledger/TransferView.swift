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
        let currency: Currency
        /// The account's balance after this entry, in its normal direction.
        let balanceAfter: Int64
    }

    let id: TransferID
    let entries: [EntryView]
    /// Of all entries; `null` if they have several.
    @Nullable var currency: Currency?
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
    /// When it takes effect for its parties.
    let effectiveAt: Date
    /// When it was recorded; `null` in the answer to a dry run.
    @Nullable var createdAt: Date?

    /// A transfer that is just being recorded, or only rehearsed.
    init(_ transfer: Transfer, _ metadata: Metadata?, isRecorded: Bool = true) {
        id = transfer.id
        entries = transfer.entries.map {
            EntryView(
                account: $0.line.account, side: $0.line.side, amount: $0.line.amount.minorUnits,
                currency: $0.line.amount.currency, balanceAfter: $0.balanceAfter)
        }
        _currency = Nullable(wrappedValue: Self.common(entries))
        _reference = Nullable(wrappedValue: transfer.draft.reference)
        _payment = Nullable(wrappedValue: transfer.draft.payment)
        _hold = Nullable(wrappedValue: transfer.draft.hold)
        _reverses = Nullable(wrappedValue: transfer.draft.reverses)
        reversals = []
        reversed = 0
        self.metadata = metadata ?? Metadata()
        effectiveAt = transfer.time.effectiveAt.date
        _createdAt = Nullable(wrappedValue: isRecorded ? transfer.time.recordedAt.date : nil)
    }

    /// The tenant's transfer of that id, or 404.
    init(_ id: TransferID, of tenant: String, in tx: borrowing Transaction) throws {
        let lines = try tx.query(LedgerQueries.transferEntries, tenant, id.uuid)
        guard let row = try tx.query(LedgerQueries.transfer, tenant, id.uuid).first else {
            throw LedgerRefusal.transferUnknown(id).problem
        }
        self.id = id
        entries = try lines.map { line in
            EntryView(
                account: AccountID(try line.read(0)), side: try line.word(1),
                amount: try line.read(2), currency: try line.currency(3),
                balanceAfter: try line.read(4))
        }
        _currency = Nullable(wrappedValue: Self.common(entries))
        _reference = Nullable(wrappedValue: try row.read(0))
        _payment = Nullable(
            wrappedValue: try row.read(1, as: UUID?.self).map { PaymentID($0) })
        _hold = Nullable(wrappedValue: try row.read(2, as: UUID?.self).map { HoldID($0) })
        metadata = try WireJSON.decode(from: row.read(3, as: [UInt8].self))
        effectiveAt = try row.read(4)
        _createdAt = Nullable(wrappedValue: try row.read(5))
        _reverses = Nullable(
            wrappedValue: try row.read(6, as: UUID?.self).map { TransferID($0) })
        reversals = try row.read(7, as: [UUID].self).map { TransferID($0) }
        reversed = try row.read(8)
    }

    /// The currency of all entries, if they have one.
    private static func common(_ entries: [EntryView]) -> Currency? {
        guard let first = entries.first?.currency else { return nil }
        return entries.allSatisfy { $0.currency == first } ? first : nil
    }
}
