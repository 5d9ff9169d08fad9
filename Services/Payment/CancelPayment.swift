import Contracts
import Postgres
import Saga
import ServiceHost

/// `POST /v1/payments/{id}/cancel`: turns a payment round that is not decided yet.
///
/// Once the pivot is asked the money may have moved, and there is only a refund.
struct CancelPayment: Sendable {
    struct Request: Codable, Sendable {
        let reason: ShortText?
    }

    let runner: SagaRunner<PaymentProgress>

    func callAsFunction(
        _ request: Request, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let payment = try GetPayment.find(try scope.id(), tenant: scope.tenant, in: tx)
        let verdict = try runner.compensate(
            payment.saga, code: TurnRound.cancelled.rawValue,
            detail: request.reason?.text ?? "Cancelled on request.",
            in: tx)
        guard case .moved = verdict else {
            return .problem(
                .conflict(
                    code: PaymentCode.paymentNotCancellable,
                    detail: "Payment \(payment.id) \(verdict.reason)."))
        }
        try AuditTrail.append(
            [
                AuditRow(
                    scope, action: "payment.cancel", subject: payment.id.description,
                    detail: request)
            ], in: tx)
        if scope.preferWaitSeconds != nil { return .pending(resource: payment.id.description) }
        return .accepted(try GetPayment.view(payment, in: tx), location: payment.location)
    }
}

extension SagaVerdict {
    /// Why a saga did not move, for people.
    var reason: String {
        switch self {
        case .moved: "moved"
        case .unknown: "is unknown"
        case .hasEnded: "has ended"
        case .compensating: "is being undone already"
        case .pastItsPivot: "may have moved the money already"
        case .notWaiting: "waits for nobody"
        }
    }
}
