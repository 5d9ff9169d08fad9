import Contracts
import Money
import Outbox
import Postgres
import Saga
import ServiceHost

/// Writes down how payments ended, in the transaction in which their sagas did.
enum EndPayment {
    typealias Ended = EndedSaga<PaymentProgress>

    /// Throws `PostgresError`, and `EncodingError` if an event cannot be written.
    static func record(_ ended: [Ended], in tx: borrowing Transaction) throws {
        var succeeded: [PaymentProgress] = []
        var failed: [(PaymentID, SagaFailure)] = []
        var events: [Envelope] = []
        for saga in ended {
            switch saga.outcome {
            case .succeeded:
                succeeded.append(saga.state)
                events.append(try envelope(saga.state.succeeded, of: saga))
            case .compensated(let failure):
                failed.append((saga.state.payment, failure))
                events.append(try envelope(saga.state.failed(failure), of: saga))
            }
        }
        try succeed(succeeded, in: tx)
        try fail(failed, in: tx)
        try Outbox.append(events, in: tx)
        try AuditTrail.append(events.map(auditRow), in: tx)
    }

    private static func succeed(
        _ payments: [PaymentProgress], in tx: borrowing Transaction
    ) throws {
        guard !payments.isEmpty else { return }
        try tx.execute(
            PaymentQueries.succeed, payments.map(\.payment.uuid), payments.map(\.fee.minorUnits),
            payments.map(\.tax.minorUnits), payments.map(\.transfer.uuid),
            payments.map(\.invoice.uuid))
    }

    private static func fail(
        _ payments: [(id: PaymentID, failure: SagaFailure)], in tx: borrowing Transaction
    ) throws {
        guard !payments.isEmpty else { return }
        try tx.execute(
            PaymentQueries.fail, payments.map(\.id.uuid), payments.map(\.failure.code),
            payments.map(\.failure.step), payments.map(\.failure.detail))
    }

    private static func envelope(_ event: some Event, of saga: Ended) throws -> Envelope {
        try Envelope(event, source: eventSource, tenant: saga.tenant, traceparent: saga.traceparent)
    }

    /// `payment.succeeded` or `payment.failed`, by the saga and by nobody's request.
    private static func auditRow(_ event: Envelope) -> AuditRow {
        AuditRow(
            tenant: event.tenant, actor: "saga",
            action: event.type == PaymentSucceeded.type ? "payment.succeed" : "payment.fail",
            subject: event.subject)
    }
}

extension PaymentProgress {
    fileprivate var succeeded: PaymentSucceeded {
        PaymentSucceeded(payment: payment, transfer: transfer, amount: amount, fee: fee, tax: tax)
    }

    fileprivate func failed(_ failure: SagaFailure) -> PaymentFailed {
        PaymentFailed(
            payment: payment, step: failure.step, code: failure.code, detail: failure.detail)
    }
}
