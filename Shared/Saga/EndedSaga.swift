public import Contracts

/// A saga that came to its end in this transaction.
public struct EndedSaga<State: Codable & Sendable>: Sendable {
    public let id: SagaID
    public let tenant: String
    public let subject: String
    public let traceparent: String?
    /// What the steps left behind.
    public let state: State
    public let outcome: SagaOutcome
}
