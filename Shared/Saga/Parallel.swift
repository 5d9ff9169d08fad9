/// Steps that are asked at once and joined: what comes after them is asked when all are done.
///
/// ```swift
/// Parallel {
///     Compensatable("book-hotel", ask: { BookHotel($0) }, undo: { CancelHotel($0) })
///     Compensatable("book-flight", ask: { BookFlight($0) }, undo: { CancelFlight($0) })
/// }
/// ```
///
/// A group saves the time of all but its slowest step. What it costs: none of its steps can be
/// asked by what another one answered, and when one is refused the others have been asked in vain
/// and are undone. They are not waited for: an unanswered one is undone too, and its participant's
/// barrier refuses it if it comes later.
public struct Parallel<State: Codable & Sendable>: Sendable {
    let steps: [SagaStep<State>]

    public init(@ParallelBuilder<State> steps: () -> [Compensatable<State>]) {
        self.steps = steps().map(\.step)
    }
}

/// Lists the steps of a group; only steps that can be undone.
@resultBuilder
public enum ParallelBuilder<State: Codable & Sendable> {
    public static func buildExpression(_ step: Compensatable<State>) -> Compensatable<State> {
        step
    }

    public static func buildBlock(
        _ first: Compensatable<State>, _ rest: Compensatable<State>...
    ) -> [Compensatable<State>] {
        [first] + rest
    }
}
