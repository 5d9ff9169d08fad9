import Contracts
import Money
import Postgres
import ServiceHost

/// The saga's way to set funds aside: step 1 of a payment.
extension PlaceHold: BookCommand {
    func name(in workingSet: inout WorkingSet, for tenant: String) {
        workingSet.name(source, of: tenant)
        workingSet.name(hold, of: tenant)
    }

    func carryOut(on book: inout Book, for cause: Cause) throws(LedgerRefusal) -> Done {
        try book.place(
            Hold(
                id: hold, tenant: cause.tenant, account: source, to: nil, amount: amount,
                payment: payment, saga: cause.saga),
            for: cause)
        return Done(hold: hold)
    }
}

/// A person's way to set funds aside: `POST /v1/holds`.
struct PlaceHoldRequest: Codable, Sendable {
    let account: AccountID
    let to: AccountID
    let amount: Amount
    let currency: Currency
    /// Seconds until it runs out; never, if not given.
    let expiresIn: Int64?

    /// A year is more than any card scheme lets an authorization stand.
    static let longestLife: Int64 = 366 * 24 * 60 * 60

    func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        guard (1...Self.longestLife).contains(expiresIn ?? 1) else {
            throw Problem.invalidField(
                "expires_in", "It must be between 1 and \(Self.longestLife) seconds.")
        }
        let hold = Hold(
            id: HoldID(), tenant: scope.tenant, account: account, to: to,
            amount: Money(amount.minorUnits, currency), payment: nil, saga: nil,
            expiresIn: expiresIn)
        var named = WorkingSet()
        named.name(account, of: scope.tenant)
        named.name(to, of: scope.tenant)
        let refused = try Book.change(naming: named, in: tx) { book throws(LedgerRefusal) in
            try book.place(hold, for: Cause(scope))
        }
        if let refused { return .problem(refused) }
        return .created(
            try HoldView(hold.id, of: scope.tenant, in: tx), location: "/v1/holds/\(hold.id)")
    }
}
