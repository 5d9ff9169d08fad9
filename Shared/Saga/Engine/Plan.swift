/// A saga as data: its steps' names, kinds and patience, without what they ask.
///
/// The engine decides by it; a diagram can be drawn from it.
public struct Plan: Hashable, Sendable {
    /// What may be done when a step cannot go on.
    public enum Kind: String, Hashable, Sendable {
        /// Can be undone: failure goes backwards.
        case compensatable
        /// Decides the saga: refused, all before it is undone; done, all after it will be done.
        case pivot
        /// Comes after the decision: it is asked until it is done.
        case retriable
    }

    public struct Step: Hashable, Sendable {
        public let name: String
        public let kind: Kind
        /// How long an answer is waited for, to the action or to its undo.
        public let timeout: Duration
        /// How often the action is asked for.
        public let retry: RetryPolicy
        /// How often the undo is asked for. `nil` if there is none.
        public let undoRetry: RetryPolicy?

        public init(
            name: String, kind: Kind, timeout: Duration, retry: RetryPolicy,
            undoRetry: RetryPolicy? = nil
        ) {
            self.name = name
            self.kind = kind
            self.timeout = timeout
            self.retry = retry
            self.undoRetry = undoRetry
        }
    }

    public let name: String
    /// Compensatable ones, one pivot, retriable ones; no name twice.
    public let steps: [Step]

    /// A plan is written once, in the program's text, so that a malformed one is a programmer's
    /// error and stops the process at its start. `SagaBuilder` admits well-formed ones only.
    public init(name: String, steps: [Step]) {
        let undoable = steps.prefix { $0.kind == .compensatable }
        let rest = steps.dropFirst(undoable.count)
        precondition(rest.first?.kind == .pivot, "saga \(name) has no pivot after its first steps")
        precondition(
            rest.dropFirst().allSatisfy { $0.kind == .retriable },
            "saga \(name) has a step after its pivot that is not retriable")
        precondition(
            Set(steps.map(\.name)).count == steps.count, "saga \(name) has two steps of one name")
        self.name = name
        self.steps = steps
    }
}
