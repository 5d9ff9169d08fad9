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
        let refused = try Book.change(naming: named, in: tx) { book throws(LedgerRefusal) in
            try book.update(id, overdraftLimit: overdraftLimit, for: Cause(scope))
        }
        if let refused { return .problem(refused.ofPath) }
        try tx.execute(
            LedgerQueries.updateAccount, scope.tenant, id.uuid, name?.text, overdraftLimit, pairs)
        return .ok(try AccountView.read(id, of: scope.tenant, in: tx))
    }
}
