import Contracts
import FoundationEssentials
import Money
import Outbox
import Postgres
import Saga
import ServiceHost

/// `POST /v1/payments/{id}/refunds`: writes the refund down and begins its saga, in one transaction.
struct RefundPayment: Sendable {
    /// What a client asks for.
    struct Request: Codable, Sendable {
        /// All that is not refunded yet, if not given.
        let amount: Amount?
        let reason: ShortText?
        let reference: ShortText?
        let metadata: Metadata?
    }

    let runner: SagaRunner<RefundProgress>

    func callAsFunction(
        _ request: Request, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        // Refunds of one payment come one after the other, so that each sees those before it.
        let id: PaymentID = try scope.id()
        try tx.query(PaymentQueries.lock, scope.tenant, id.uuid)
        let payment = try GetPayment.find(id, tenant: scope.tenant, in: tx)
        guard let success = payment.success else { return payment.notRefundable }

        let promised = try tx.query(RefundQueries.promised, id.uuid).first?.read(0) ?? Int64(0)
        let left = payment.amount.minorUnits - promised
        let amount = request.amount?.minorUnits ?? left
        guard amount >= 1, amount <= left else {
            return .problem(
                .unprocessable(
                    code: PaymentCode.refundExceedsPayment,
                    detail: "Of payment \(id), \(left) can still be refunded."))
        }
        let refund = Refund(request, of: payment, amount: amount)
        try runner.start(
            refund.saga, state: RefundProgress(refund, of: payment, success),
            tenant: scope.tenant, subject: refund.id.description, traceparent: scope.traceparent,
            in: tx)
        try refund.insert(tenant: scope.tenant, in: tx)
        let event = RefundCreated(refund: refund.id, payment: id, amount: refund.amount)
        try Outbox.append(
            [
                Envelope(
                    event, source: eventSource, tenant: scope.tenant,
                    traceparent: scope.traceparent)
            ], in: tx)
        try AuditTrail.append(
            [
                AuditRow(
                    scope, action: "refund.create", subject: refund.id.description, detail: event)
            ], in: tx)

        if scope.preferWaitSeconds != nil { return .pending(resource: refund.id.description) }
        return .accepted(RefundView(refund), location: refund.location)
    }
}

extension Payment {
    /// Why there is nothing to refund, of a payment that has not succeeded.
    fileprivate var notRefundable: Answer {
        status == .processing
            ? .problem(
                .conflict(
                    code: PaymentCode.paymentProcessing,
                    detail: "Payment \(id) is not finished: cancel it.")
            ).passing
            : .problem(
                .unprocessable(
                    code: PaymentCode.paymentFailed,
                    detail: "Payment \(id) failed and moved no money."))
    }
}

extension Refund {
    /// A refund as it begins.
    fileprivate init(_ request: RefundPayment.Request, of payment: Payment, amount: Int64) {
        self.init(
            id: RefundID(), payment: payment.id, saga: SagaID(), status: .processing,
            amount: Money(amount, payment.amount.currency), reason: request.reason?.text,
            reference: request.reference?.text, metadata: request.metadata ?? Metadata(),
            createdAt: Date())
    }
}
