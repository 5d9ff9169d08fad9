import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// One line of an account's statement.
struct EntryView: Encodable, Sendable {
    let transfer: TransferID
    @Nullable var reference: String?
    let side: Side
    let amount: Int64
    let currency: Currency
    /// The running balance on the axis of the list, in the account's normal direction.
    let balanceAfter: Int64
    /// 1, 2, 3 … in the order of recording.
    let version: Int64
    let effectiveAt: Date
    /// When it was recorded.
    let createdAt: Date

    /// Reads the columns of `EntryQueries.known` and `EntryQueries.effective`.
    init(row: Row) throws {
        transfer = TransferID(try row.read(0))
        _reference = Nullable(wrappedValue: try row.read(1))
        side = try row.word(2)
        amount = try row.read(3)
        currency = try row.currency(4)
        balanceAfter = try row.read(5)
        version = try row.read(6)
        effectiveAt = try row.read(7)
        createdAt = try row.read(8)
    }
}
