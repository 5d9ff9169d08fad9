import Contracts
import Postgres
import ServiceHost

/// `GET /v1/accounts/{id}` and `GET /v1/accounts`.
enum GetAccounts {
    static func one(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try AccountView.read(scope.id(), of: scope.tenant, in: tx))
    }

    /// Newest first, narrowed by `kind`, `status`, `currency` and any `metadata.NAME`; the cursor is
    /// the last id of the page before.
    static func list(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let accounts = try tx.query(
            LedgerQueries.accounts, scope.tenant, try page.last(as: AccountID.self)?.uuid,
            page.fetch, try scope.queryWord("kind", as: AccountKind.self)?.rawValue,
            try scope.queryWord("status", as: AccountStatus.self)?.rawValue,
            scope.query("currency"), try pairs(scope)
        ).map(AccountView.init(row:))
        return .ok(page.answer(accounts, id: \.id) { $0 })
    }

    /// What `metadata.NAME=value` asks for; `nil` if nothing. Throws 400.
    private static func pairs(_ scope: RequestScope) throws -> JSONText? {
        let pairs = scope.query(below: "metadata")
        guard !pairs.isEmpty else { return nil }
        let metadata: Metadata
        do throws(Problem) {
            metadata = try Metadata(pairs)
        } catch {
            throw Problem.invalidParameter(error.field ?? "metadata", error.detail)
        }
        return try JSONText(metadata)
    }
}
