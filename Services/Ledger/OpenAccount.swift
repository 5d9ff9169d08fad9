import Contracts
import Money
import Postgres
import ServiceHost

/// `POST /v1/accounts`.
struct OpenAccount: Codable, Sendable {
    let kind: AccountKind
    let currency: Currency
    let name: ShortText
    /// How far below zero the available balance may fall, in minor units; 0 unless given.
    let overdraftLimit: Int64?
    let metadata: Metadata?

    func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        try Self.check(overdraftLimit)
        let account = Account(
            id: AccountID(), tenant: scope.tenant, kind: kind, currency: currency, role: nil,
            overdraftLimit: overdraftLimit ?? 0, status: .active, posted: 0, held: 0, version: 0)
        try tx.execute(
            LedgerQueries.openAccount, account.id.uuid, account.tenant, kind.rawValue,
            currency.code, name.text, account.overdraftLimit,
            try JSONText(metadata ?? Metadata()))
        try Journal.append(
            [Change(kind: .account(account, .opened), cause: Cause(scope))], in: tx)
        return .created(
            try AccountView.read(account.id, of: scope.tenant, in: tx),
            location: "/v1/accounts/\(account.id)")
    }

    /// Throws 400 `invalid-field` for a limit that no account can have.
    static func check(_ overdraftLimit: Int64?) throws(Problem) {
        guard (0...Money.maximumAmount).contains(overdraftLimit ?? 0) else {
            throw .invalidField(
                "overdraft_limit", "It must be between 0 and \(Money.maximumAmount) minor units.")
        }
    }
}
