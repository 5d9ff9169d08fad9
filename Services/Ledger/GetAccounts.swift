import Contracts
import Postgres
import ServiceHost

/// `GET /v1/accounts/{id}` and `GET /v1/accounts`.
enum GetAccounts {
    static func one(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try AccountView.read(scope.id(), of: scope.tenant, in: tx))
    }

    /// Newest first; the cursor is the last id of the page before.
    static func list(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let limit = try scope.page().limit
        let cursor: AccountID? = try scope.queryID("cursor")
        let accounts = try tx.query(
            LedgerQueries.accounts, scope.tenant, cursor?.uuid, limit + 1
        ).map(AccountView.init(row:))
        return .ok(PageOf(accounts, limit: limit) { $0.id.description })
    }
}
