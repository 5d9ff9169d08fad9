import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// `GET /v1/accounts/{id}/balance?at=&axis=`: the balance at a moment, now if none is given.
struct GetBalance: Encodable, Sendable {
    let account: AccountID
    let currency: Currency
    let axis: TimeAxis
    let at: Date
    /// Sum of the entries until then, in minor units and in the account's normal direction.
    let posted: Int64

    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let axis = try scope.axis()
        let asked = try scope.time("at")
        let account = try AccountView.read(scope.id(), of: scope.tenant, in: tx)
        if axis == .known { try Settling.settle(account, until: asked, in: tx) }
        let rows: Rows
        do throws(PostgresError) {
            rows = try tx.query(LedgerQueries.balanceAt, account.id.uuid, asked, axis.rawValue)
        } catch {
            throw error.ofBalances
        }
        guard let row = rows.first else { throw Problem.notFound }
        guard try row.read(2, as: Bool.self) || axis == .effective else {
            throw Problem.invalidParameter("at", "What will be known is not known yet.")
        }
        return .ok(
            GetBalance(
                account: account.id, currency: account.currency, axis: axis,
                at: try row.read(0), posted: try row.read(1)))
    }
}
