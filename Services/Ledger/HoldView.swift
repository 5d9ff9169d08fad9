import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// A hold as the HTTP API shows it.
struct HoldView: Encodable, Sendable {
    let id: HoldID
    let account: AccountID
    /// Whom it is for; a payment's hold learns it only when it is posted.
    @Nullable var to: AccountID?
    let amount: Int64
    let currency: Currency
    let status: HoldStatus
    @Nullable var payment: PaymentID?
    /// What it was posted by.
    @Nullable var transfer: TransferID?
    /// The hold of which this one is what was left.
    @Nullable var follows: HoldID?
    /// The hold that keeps what was left of this one.
    @Nullable var remainder: HoldID?
    @Nullable var expiresAt: Date?
    let createdAt: Date

    /// The tenant's hold of that id, or 404.
    init(_ id: HoldID, of tenant: String, in tx: borrowing Transaction) throws {
        guard let row = try tx.query(LedgerQueries.hold, tenant, id.uuid).first else {
            throw LedgerRefusal.holdUnknown(id).problem
        }
        self.id = HoldID(try row.read(0))
        account = AccountID(try row.read(1))
        _to = Nullable(wrappedValue: try row.read(2, as: UUID?.self).map { AccountID($0) })
        amount = try row.read(3)
        currency = try row.currency(4)
        status = try row.word(5)
        _payment = Nullable(
            wrappedValue: try row.read(6, as: UUID?.self).map { PaymentID($0) })
        _transfer = Nullable(
            wrappedValue: try row.read(7, as: UUID?.self).map { TransferID($0) })
        _expiresAt = Nullable(wrappedValue: try row.read(8))
        createdAt = try row.read(9)
        _follows = Nullable(wrappedValue: try row.read(10, as: UUID?.self).map { HoldID($0) })
        _remainder = Nullable(wrappedValue: try row.read(11, as: UUID?.self).map { HoldID($0) })
    }
}

/// `GET /v1/holds/{id}`.
enum GetHold {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try HoldView(scope.id(), of: scope.tenant, in: tx))
    }
}
