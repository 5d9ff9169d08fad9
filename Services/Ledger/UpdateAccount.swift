import Contracts
import Money
import Postgres
import ServiceHost

/// `POST /v1/accounts/{id}/update`: what is not given stays as it is.
struct UpdateAccount: Codable, Sendable {
    let name: ShortText?
    /// How far below zero the available balance may fall, in minor units.
    let overdraftLimit: Int64?
    /// Replaces all pairs.
    let metadata: Metadata?

    func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id: AccountID = try scope.id()
        try OpenAccount.check(overdraftLimit)
        let pairs = try metadata.map { try JSONText($0) }
        var named = WorkingSet()
        named.name(id, of: scope.tenant)
        var book = try Book.load(named, in: tx)
        // Read once the account is locked, so that nobody changes them before this does.
        let before = try AccountView.read(id, of: scope.tenant, in: tx).terms
        do throws(LedgerRefusal) {
            try book.update(id, from: before, to: terms(after: before), for: Cause(scope))
        } catch {
            return .problem(error.problem)
        }
        try book.record(in: tx)
        try tx.execute(
            LedgerQueries.updateAccount, scope.tenant, id.uuid, name?.text, overdraftLimit, pairs)
        return .ok(try AccountView.read(id, of: scope.tenant, in: tx))
    }

    func terms(after before: AccountTerms) -> AccountTerms {
        AccountTerms(
            name: name?.text ?? before.name,
            overdraftLimit: overdraftLimit ?? before.overdraftLimit,
            metadata: metadata?.pairs ?? before.metadata)
    }
}
