import Contracts
import Postgres
import ServiceHost

extension Book {
    /// One HTTP request's way through the book: loads what it names, decides, and queues what
    /// came of it. Gives the problem if it was refused, and then nothing was written.
    static func change(
        naming named: WorkingSet, metadata: [TransferID: JSONText] = [:],
        in tx: borrowing Transaction,
        _ decide: (inout Book) throws(LedgerRefusal) -> Void
    ) throws -> Problem? {
        var book = try Book.load(named, in: tx)
        do throws(LedgerRefusal) {
            try decide(&book)
        } catch {
            return error.problem
        }
        try book.record(metadata: metadata, in: tx)
        return nil
    }
}

extension JSONText {
    /// As the database keeps it.
    init(_ metadata: Metadata) throws {
        self.init(try WireJSON.encode(metadata))
    }
}

extension LedgerRefusal.Code: ProblemCode {}

extension LedgerRefusal {
    /// How HTTP says it: 402 for a lack of money, 409 for what another state would allow, 422 for
    /// what never will be. A hold, or a transfer to be reversed, is always named by the path, so an
    /// unknown one is 404.
    var problem: Problem {
        Problem(status: status, code: code, detail: detail)
    }

    private var status: Int {
        switch code {
        case .insufficientFunds: 402
        case .holdUnknown, .transferUnknown: 404
        case .accountFrozen, .accountClosed, .accountNotEmpty, .accountOfOperator,
            .duplicateReference, .duplicateHold, .holdNotOpen, .holdExpired, .holdOfPayment,
            .transferIsReversal, .transferOfPayment, .alreadyReversed, .limitInUse:
            409
        default: 422
        }
    }
}

extension Problem {
    /// Of a request whose path names the account: an unknown one is 404.
    var ofPath: Problem {
        guard code == LedgerRefusal.Code.accountUnknown.rawValue else { return self }
        var problem = self
        problem.status = 404
        return problem
    }
}

extension Cause {
    /// Whoever sent an HTTP request.
    init(_ scope: RequestScope) {
        self.init(
            tenant: scope.tenant, actor: scope.actor, requestID: scope.requestID,
            traceparent: scope.traceparent)
    }
}
