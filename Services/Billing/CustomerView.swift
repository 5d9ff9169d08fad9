import Contracts
import FoundationEssentials
import Postgres
import ServiceHost

/// A customer as it is answered.
struct CustomerView: Encodable, Sendable {
    let id: CustomerID
    /// Payments from this account are this customer's, unless they name another.
    let account: AccountID
    let name: String
    /// `active` or `suspended`.
    let status: String
    /// Minor units that open invoices of one currency may add up to; `nil` is no limit.
    @Nullable var creditLimit: Int64?
    let createdAt: Date

    /// Reads id, account, name, status, credit_limit, created_at.
    init(_ row: Row) throws {
        id = try row.id(0)
        account = try row.id(1)
        name = try row.read(2)
        status = try row.read(3)
        _creditLimit = Nullable(wrappedValue: try row.read(4))
        createdAt = try row.read(5)
    }
}
