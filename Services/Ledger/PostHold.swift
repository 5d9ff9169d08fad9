import Contracts
import Money
import Postgres
import ServiceHost

/// The saga's way to turn a hold into a transfer: step 3 of a payment, its pivot.
extension PostHold: BookCommand {
    func name(in workingSet: inout WorkingSet, for tenant: String) {
        workingSet.name(source, of: tenant)
        workingSet.name(destination, of: tenant)
        workingSet.name(hold, of: tenant)
        for (part, role) in [(fee, OperatorAccount.Role.fees), (tax, .tax)]
        where part.minorUnits > 0 {
            workingSet.name(OperatorAccount(role: role, currency: part.currency), of: tenant)
        }
    }

    func carryOut(on book: inout Book, for cause: Cause) throws(LedgerRefusal) -> Done {
        guard try book.hold(hold, of: cause.tenant).account == source else {
            throw .holdUnknown(hold)
        }
        try book.post(
            HoldPosting(
                hold: hold, transfer: transfer, to: destination, amount: amount, fee: fee,
                tax: tax),
            for: cause)
        return Done(transfer: transfer)
    }
}

/// A person's way: `POST /v1/holds/{id}/post`.
struct PostHoldRequest: Codable, Sendable {
    /// What to pay of it; all of it, if not given.
    let amount: Amount?
    /// Whether the rest is given back, which it is if this is not given; else it stays set aside,
    /// as a hold of its own.
    let final: Bool?

    func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id: HoldID = try scope.id()
        var named = WorkingSet()
        named.name(id, of: scope.tenant)
        let refused = try Book.change(naming: named, in: tx) { book throws(LedgerRefusal) in
            let hold = try book.hold(id, of: scope.tenant)
            guard hold.saga == nil, let to = hold.to else { throw .holdOfPayment(id) }
            let amount = amount?.minorUnits ?? hold.amount.minorUnits
            try book.post(
                HoldPosting(
                    hold: id, transfer: TransferID(), to: to,
                    amount: Money(amount, hold.amount.currency),
                    remainder: final == false ? HoldID() : nil),
                for: Cause(scope))
        }
        if let refused { return .problem(refused) }
        return .ok(try HoldView(id, of: scope.tenant, in: tx))
    }
}
