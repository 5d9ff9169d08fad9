import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// An account as the HTTP API shows it. Amounts are minor units in its normal direction.
struct AccountView: Encodable, Sendable {
    struct Balance: Encodable, Sendable {
        /// Sum of the entries.
        let posted: Int64
        /// Held, and about to leave.
        let pendingOut: Int64
        /// Held on other accounts, and about to come.
        let pendingIn: Int64
        /// `posted − pendingOut`; the overdraft limit is not counted.
        let available: Int64
    }

    let id: AccountID
    let kind: AccountKind
    let currency: Currency
    let name: String
    let status: AccountStatus
    let overdraftLimit: Int64
    let balance: Balance
    let metadata: Metadata
    let createdAt: Date

    /// Reads the columns of `LedgerQueries.account`.
    init(row: Row) throws {
        id = AccountID(try row.read(0))
        kind = try row.word(1)
        currency = try row.currency(2)
        name = try row.read(3)
        status = try row.word(4)
        overdraftLimit = try row.read(5)
        let posted = try row.read(6, as: Int64.self)
        let held = try row.read(7, as: Int64.self)
        balance = Balance(
            posted: posted, pendingOut: held, pendingIn: try row.read(8),
            available: posted - held)
        metadata = try WireJSON.decode(from: row.read(9, as: [UInt8].self))
        createdAt = try row.read(10)
    }

    var terms: AccountTerms {
        AccountTerms(name: name, overdraftLimit: overdraftLimit, metadata: metadata.pairs)
    }

    /// The tenant's account of that id, or 404.
    static func read(
        _ id: AccountID, of tenant: String, in tx: borrowing Transaction
    ) throws -> AccountView {
        guard let row = try tx.query(LedgerQueries.account, tenant, id.uuid).first else {
            throw LedgerRefusal.accountUnknown(id).problem.ofPath
        }
        return try AccountView(row: row)
    }
}
