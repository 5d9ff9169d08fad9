import Contracts
import FoundationEssentials
import Money
import Outbox
import Postgres
import Saga
import ServiceHost

/// `POST /v1/payments`: writes the payment down and begins its saga, in one transaction.
struct CreatePayment: Sendable {
    /// What a client asks for.
    struct Request: Codable, Sendable {
        let amount: Amount
        let currency: Currency
        let source: AccountID
        let destination: AccountID
        let customer: CustomerID?
        let description: ShortText?
        let reference: ShortText?
        let metadata: Metadata?
    }

    let runner: SagaRunner<PaymentProgress>

    func callAsFunction(
        _ request: Request, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        guard request.source != request.destination else {
            return .problem(
                .unprocessable(
                    code: "same-account",
                    detail: "A payment's source and destination must be two accounts."))
        }
        let payment = Payment(request)
        let progress = PaymentProgress(
            payment: payment.id, source: payment.source, destination: payment.destination,
            customer: payment.customer, amount: payment.amount)

        try runner.start(
            payment.saga, state: progress, tenant: scope.tenant,
            subject: payment.id.description, traceparent: scope.traceparent, in: tx)
        try payment.insert(tenant: scope.tenant, in: tx)
        try Outbox.append(
            [
                Envelope(
                    PaymentCreated(
                        payment: payment.id, source: payment.source,
                        destination: payment.destination, amount: payment.amount),
                    source: eventSource, tenant: scope.tenant, traceparent: scope.traceparent)
            ], in: tx)
        try AuditTrail.append(
            [AuditRow(scope, action: "payment.create", subject: payment.id.description)], in: tx)

        if scope.preferWaitSeconds != nil { return .pending(resource: payment.id.description) }
        return .accepted(PaymentView(payment), location: payment.location)
    }
}

extension Payment {
    /// A payment as it begins.
    fileprivate init(_ request: CreatePayment.Request) {
        self.init(
            id: PaymentID(), saga: SagaID(), status: .processing,
            amount: Money(request.amount.minorUnits, request.currency), source: request.source,
            destination: request.destination, customer: request.customer,
            description: request.description?.text, reference: request.reference?.text,
            metadata: request.metadata ?? Metadata(), createdAt: Date())
    }
}
