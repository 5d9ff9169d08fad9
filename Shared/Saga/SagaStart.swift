public import Contracts

/// A saga that is to begin.
public struct SagaStart<State: Codable & Sendable>: Sendable {
    public let id: SagaID
    public let state: State
    public let tenant: String
    /// The id of what the saga is about.
    public let subject: String
    public let traceparent: String?

    public init(id: SagaID, state: State, tenant: String, subject: String, traceparent: String?) {
        self.id = id
        self.state = state
        self.tenant = tenant
        self.subject = subject
        self.traceparent = traceparent
    }
}
