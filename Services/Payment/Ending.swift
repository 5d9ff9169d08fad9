import Contracts
import Outbox
import Postgres
import Saga
import ServiceHost

/// What the ends of sagas are told by: an event for others, and an audit row, by the saga and by
/// nobody's request.
struct Ending {
    private var events: [Envelope] = []
    private var audit: [AuditRow] = []

    /// Throws `EncodingError` if the event cannot be written.
    mutating func append<State>(
        _ event: some Event, _ action: String, of saga: EndedSaga<State>
    ) throws {
        events.append(
            try Envelope(
                event, source: eventSource, tenant: saga.tenant, traceparent: saga.traceparent))
        audit.append(
            AuditRow(tenant: saga.tenant, actor: "saga", action: action, subject: event.subject))
    }

    /// Queues both. Throws `EncodingError`.
    func write(in tx: borrowing Transaction) throws {
        try Outbox.append(events, in: tx)
        try AuditTrail.append(audit, in: tx)
    }
}
