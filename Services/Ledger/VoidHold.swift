import Contracts
import Postgres
import ServiceHost

/// The saga's way to give the funds of a hold back: undoes step 1 of a payment.
extension VoidHold: BookCommand {
    func name(in workingSet: inout WorkingSet, for tenant: String) {
        workingSet.name(source, of: tenant)
        workingSet.name(hold, of: tenant)
    }

    /// A hold that is not there has nothing to give back.
    func carryOut(on book: inout Book, for cause: Cause) throws(LedgerRefusal) -> Nothing {
        if book.holds[hold] != nil { try book.void(hold, for: cause) }
        return Nothing()
    }
}

/// A person's way: `POST /v1/holds/{id}/void`.
enum VoidHoldRequest {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id: HoldID = try scope.id()
        var named = WorkingSet()
        named.name(id, of: scope.tenant)
        let refused = try Book.change(naming: named, in: tx) { book throws(LedgerRefusal) in
            let hold = try book.hold(id, of: scope.tenant)
            guard hold.saga == nil else { throw .holdOfPayment(id) }
            guard hold.status == .open else { throw .holdNotOpen(id, hold.status) }
            try book.void(id, for: Cause(scope))
        }
        if let refused { return .problem(refused) }
        return .ok(try HoldView(id, of: scope.tenant, in: tx))
    }
}
