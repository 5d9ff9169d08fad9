import Contracts
import FoundationEssentials
import Saga
import ServiceHost

/// A saga as operators see it.
struct SagaView: Encodable, Sendable {
    /// A step that is asked, or undone, and not answered yet.
    struct Request: Encodable, Sendable {
        let step: String
        let direction: SagaAddress.Direction
        let attempt: Int
        /// `answer`, `pause`, or `person`.
        let waitingFor: Progress.Waiting
    }

    let id: SagaID
    let definition: String
    /// The id of what the saga is about.
    let subject: String
    let state: SagaState
    let waitingFor: [Request]
    @Nullable var failure: SagaFailure?
    let createdAt: Date
    let updatedAt: Date
    @Nullable var endedAt: Date?
    @Nullable var nextDeadline: Date?
    /// Each step with its time; only where one saga is asked for.
    let timeline: [TimelineEntry]?

    init(_ saga: SagaSummary, timeline: [TimelineEntry]? = nil) {
        id = saga.id
        definition = saga.definition
        subject = saga.subject
        state = saga.state
        waitingFor = saga.requests.map {
            Request(
                step: $0.step, direction: $0.direction, attempt: $0.attempt,
                waitingFor: $0.waitingFor)
        }
        _failure = Nullable(wrappedValue: saga.failure)
        createdAt = saga.createdAt
        updatedAt = saga.updatedAt
        _endedAt = Nullable(wrappedValue: saga.endedAt)
        _nextDeadline = Nullable(wrappedValue: saga.nextDeadline)
        self.timeline = timeline
    }
}
