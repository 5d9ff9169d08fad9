/// A saga as data: its steps' names, kinds and patience, without what they ask.
///
/// The engine decides by it; a diagram is drawn from it.
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
    /// Compensatable ones, one pivot, retriable ones; no name twice. A step is known by its index.
    public let steps: [Step]
    /// The steps that are asked at once: most stages have one, a parallel group has more.
    public let stages: [Range<Int>]
    /// Index of the step that decides.
    public let pivot: Int

    /// A plan is written once, in the program's text, so that a malformed one is a programmer's
    /// error and stops the process at its start. `SagaBuilder` admits well-formed ones only.
    public init(name: String, stages: [[Step]]) {
        let steps = stages.flatMap { $0 }
        let undoable = steps.prefix { $0.kind == .compensatable }
        let rest = steps.dropFirst(undoable.count)
        precondition(rest.first?.kind == .pivot, "saga \(name) has no pivot after its first steps")
        precondition(
            rest.dropFirst().allSatisfy { $0.kind == .retriable },
            "saga \(name) has a step after its pivot that is not retriable")
        precondition(
            Set(steps.map(\.name)).count == steps.count, "saga \(name) has two steps of one name")
        for stage in stages {
            precondition(
                stage.count == 1
                    || !stage.isEmpty && stage.allSatisfy { $0.kind == .compensatable },
                "saga \(name) has a group that is empty or holds what cannot be undone")
        }
        self.name = name
        self.steps = steps
        self.pivot = undoable.count
        var ranges: [Range<Int>] = []
        for stage in stages {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + stage.count)
        }
        self.stages = ranges
    }

    /// The index of the step of that name.
    public func index(of step: String) -> Int? {
        steps.firstIndex { $0.name == step }
    }
}
