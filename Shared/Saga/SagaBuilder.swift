/// Steps that can all be undone, and no decision yet: not a whole saga.
public struct UndecidedSteps<State: Codable & Sendable>: Sendable {
    let stages: [[SagaStep<State>]]
}

/// The steps of a whole saga: its pivot is among them.
public struct CompletedSteps<State: Codable & Sendable>: Sendable {
    let stages: [[SagaStep<State>]]
}

/// Lets only sagas compile that can end: compensatable steps or groups of them, one pivot,
/// retriable steps.
///
/// Neither of these compiles:
///
/// ```swift
/// Compensatable("place-hold", ask: { PlaceHold($0) })     // error: missing argument 'undo'
///
/// Pivot("post-hold", ask: { PostHold($0) })
/// Compensatable("open-invoice", ask: …, undo: …)          // error: after the pivot a saga only
///                                                         // goes forward
/// ```
@resultBuilder
public enum SagaBuilder<State: Codable & Sendable> {
    public static func buildExpression(_ step: Compensatable<State>) -> Compensatable<State> {
        step
    }
    public static func buildExpression(_ group: Parallel<State>) -> Parallel<State> { group }
    public static func buildExpression(_ step: Pivot<State>) -> Pivot<State> { step }
    public static func buildExpression(_ step: Retriable<State>) -> Retriable<State> { step }

    public static func buildPartialBlock(first: Compensatable<State>) -> UndecidedSteps<State> {
        UndecidedSteps(stages: [[first.step]])
    }

    public static func buildPartialBlock(first: Parallel<State>) -> UndecidedSteps<State> {
        UndecidedSteps(stages: [first.steps])
    }

    public static func buildPartialBlock(first: Pivot<State>) -> CompletedSteps<State> {
        CompletedSteps(stages: [[first.step]])
    }

    public static func buildPartialBlock(
        accumulated: UndecidedSteps<State>, next: Compensatable<State>
    ) -> UndecidedSteps<State> {
        UndecidedSteps(stages: accumulated.stages + [[next.step]])
    }

    public static func buildPartialBlock(
        accumulated: UndecidedSteps<State>, next: Parallel<State>
    ) -> UndecidedSteps<State> {
        UndecidedSteps(stages: accumulated.stages + [next.steps])
    }

    public static func buildPartialBlock(
        accumulated: UndecidedSteps<State>, next: Pivot<State>
    ) -> CompletedSteps<State> {
        CompletedSteps(stages: accumulated.stages + [[next.step]])
    }

    public static func buildPartialBlock(
        accumulated: CompletedSteps<State>, next: Retriable<State>
    ) -> CompletedSteps<State> {
        CompletedSteps(stages: accumulated.stages + [[next.step]])
    }

    public static func buildFinalResult(_ steps: CompletedSteps<State>) -> CompletedSteps<State> {
        steps
    }
}

// What is not allowed, so that the compiler says why.
extension SagaBuilder {
    @available(*, unavailable, message: "after the pivot a saga only goes forward")
    public static func buildPartialBlock(
        accumulated: CompletedSteps<State>, next: Compensatable<State>
    ) -> CompletedSteps<State> { accumulated }

    @available(*, unavailable, message: "after the pivot a saga only goes forward")
    public static func buildPartialBlock(
        accumulated: CompletedSteps<State>, next: Parallel<State>
    ) -> CompletedSteps<State> { accumulated }

    @available(*, unavailable, message: "a saga has one pivot")
    public static func buildPartialBlock(
        accumulated: CompletedSteps<State>, next: Pivot<State>
    ) -> CompletedSteps<State> { accumulated }

    @available(*, unavailable, message: "a retriable step comes after the pivot")
    public static func buildPartialBlock(
        accumulated: UndecidedSteps<State>, next: Retriable<State>
    ) -> UndecidedSteps<State> { accumulated }

    @available(*, unavailable, message: "a saga needs a pivot")
    public static func buildFinalResult(_ steps: UndecidedSteps<State>) -> CompletedSteps<State> {
        CompletedSteps(stages: steps.stages)
    }
}
