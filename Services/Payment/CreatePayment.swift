import Contracts
import FoundationEssentials
import Money
import Outbox
import Postgres
import Saga
import ServiceHost

/// `POST /v1/payments`: writes payments down and begins their sagas; those that are asked for
/// together in one transaction, by one statement each.
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

    /// A payment that somebody asks for.
    typealias Asked = (input: Request, scope: RequestScope)

    /// An answer for each, in order.
    func callAsFunction(_ asked: [Asked], _ tx: borrowing Transaction) throws -> [Answer] {
        let drafts = asked.map { input, scope in
            Result { () throws(Problem) in try Draft(input, scope) }
        }
        try write(drafts.compactMap { try? $0.get() }, in: tx)
        return drafts.map { draft in
            switch draft {
            case .success(let draft): draft.answer
            case .failure(let problem): .problem(problem)
            }
        }
    }

    private func write(_ drafts: [Draft], in tx: borrowing Transaction) throws {
        try runner.start(drafts.map(\.start), in: tx)
        try Payment.insert(drafts.map { ($0.payment, tenant: $0.scope.tenant) }, in: tx)
        try Outbox.append(drafts.map { try $0.event() }, in: tx)
        try AuditTrail.append(drafts.map(\.auditRow), in: tx)
    }
}

/// A payment that is about to be written, and who asked for it.
private struct Draft {
    let payment: Payment
    let scope: RequestScope

    /// Throws why there can be no such payment.
    init(_ request: CreatePayment.Request, _ scope: RequestScope) throws(Problem) {
        guard request.source != request.destination else {
            throw .unprocessable(
                code: PaymentCode.sameAccount,
                detail: "A payment's source and destination must be two accounts.")
        }
        self.payment = Payment(request)
        self.scope = scope
    }

    var start: SagaStart<PaymentProgress> {
        SagaStart(
            id: payment.saga,
            state: PaymentProgress(
                payment: payment.id, source: payment.source, destination: payment.destination,
                customer: payment.customer, amount: payment.amount),
            tenant: scope.tenant, subject: payment.id.description, traceparent: scope.traceparent)
    }

    func event() throws -> Envelope {
        try Envelope(
            PaymentCreated(
                payment: payment.id, source: payment.source, destination: payment.destination,
                amount: payment.amount),
            source: eventSource, tenant: scope.tenant, traceparent: scope.traceparent)
    }

    var auditRow: AuditRow {
        AuditRow(scope, action: "payment.create", subject: payment.id.description)
    }

    var answer: Answer {
        scope.preferWaitSeconds == nil
            ? .accepted(PaymentView(payment), location: payment.location)
            : .pending(resource: payment.id.description)
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
