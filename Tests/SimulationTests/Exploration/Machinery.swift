import Contracts

@testable import Outbox
@testable import Saga

/// The code under examination: the real one, unless a bug is planted in it.
struct Machinery: Sendable {
    typealias Advance =
        @Sendable (Progress, Engine.Event, Plan) -> (Progress, [Engine.Effect])

    /// A row of a participant's barrier: how one direction of a step ended.
    struct Row: Hashable {
        let direction: SagaAddress.Direction
        let outcome: Barrier.Answer.Outcome
    }

    /// How a saga goes on.
    var advance: Advance = { Engine.advance($0, on: $1, of: $2) }
    /// Which of the barrier's rows a participant looks at.
    var read: @Sendable (Row) -> Bool = { _ in true }
    /// Which of them it writes.
    var write: @Sendable (Row) -> Bool = { _ in true }
    /// Whether it answers a command again that it answered before.
    var answersAgain = true
    /// Whether the barrier's rows are written in the transaction of the effect.
    var writesWithEffect = true
}
