public import Contracts

/// Decides how a saga goes on: a pure function from progress and event to progress and effects.
///
/// No clock, no I/O: the runner tells it of answers and of time that is up, and carries out what it
/// says. A request has three outcomes: done, refused, and silent, which is neither.
///
/// | | done | refused | silent, attempts left | silent, no attempts left |
/// |---|---|---|---|---|
/// | compensatable | next stage | undo the stages before | ask again | undo it **too**, then those before |
/// | pivot | next stage | undo the stages before | ask again | ask again, and call it overdue |
/// | retriable | next stage, or success | ask again; at last call a person | ask again | ask again, and call it overdue |
/// | undo | undo the stage before | ask again; at last call a person | ask again | call a person |
///
/// A silent pivot is never given up: it may have happened, in which case undoing would be wrong,
/// or not, in which case going on would be. Only an answer tells.
///
/// A stage of several steps, a parallel group, is asked at once and joined: the next stage begins
/// when all of them are done. When one of them fails the others are not waited for: what is done
/// and what is not answered yet is undone, because the latter may have happened. Undos of one stage
/// are asked at once and joined too.
///
/// An answer counts whenever it comes while its own request is outstanding, be it in a pause or
/// after a person was called. Any other late or repeated answer moves nothing.
public enum Engine {
    public typealias Direction = SagaAddress.Direction

    /// What a participant said.
    public enum Answer: Hashable, Sendable {
        case done
        case refused(code: String, detail: String)
    }

    /// What happened.
    public enum Event: Hashable, Sendable {
        case answered(step: String, direction: Direction, Answer)
        /// The time that the last `ask` or `pause` of this request set is up.
        case elapsed(step: String, direction: Direction)
        /// A person removed the cause and wants the saga to go on where it stopped.
        case resumed
        /// Somebody wants everything undone. Moves nothing once the pivot is asked.
        case turnedRound(SagaFailure)
    }

    /// What to do about it, in order.
    public enum Effect: Hashable, Sendable {
        /// Send the command (the undo, if compensation); `elapsed` follows after `timeout`.
        case ask(step: Int, direction: Direction, attempt: Int, timeout: Duration)
        /// Take what the step's answer says into the saga's state.
        case take(step: Int)
        /// Leave the step alone for a while; `elapsed` follows.
        case pause(step: Int, Duration)
        /// Write a line of the timeline.
        case note(Note)
        /// The outcome of a step that cannot be given up is unknown for too long: tell somebody.
        case overdue(step: Int)
        /// Only a person can help with the failure's step. No time is running for it.
        case intervene(SagaFailure)
        /// It is over.
        case end(SagaOutcome)
    }

    /// A line of a saga's timeline.
    public struct Note: Hashable, Sendable {
        public let step: Int
        public let direction: Direction
        public let status: StepStatus
        public let attempt: Int
        /// Why, where there is a why.
        public let failure: SagaFailure?
    }

    /// The first stage is asked.
    public static func start(_ plan: Plan) -> (Progress, [Effect]) {
        var turn = Turn(plan: plan, progress: .beginning)
        turn.goOn()
        return (turn.progress, turn.effects)
    }

    /// One event moves the saga on, or not at all: then there are no effects and the progress is
    /// unchanged.
    public static func advance(
        _ progress: Progress, on event: Event, of plan: Plan
    ) -> (Progress, [Effect]) {
        var turn = Turn(plan: plan, progress: progress)
        switch event {
        case .answered(let step, let direction, let answer):
            guard let request = turn.request(step, direction) else { break }
            switch answer {
            case .done: turn.done(request)
            case .refused(let code, let detail): turn.refused(request, code: code, detail: detail)
            }
        case .elapsed(let step, let direction):
            guard let request = turn.request(step, direction) else { break }
            switch request.waiting {
            case .answer: turn.silent(request)
            case .pause: turn.ask(request.step, attempt: request.attempt + 1)
            case .person: break
            }
        case .resumed: turn.resume()
        case .turnedRound(let failure): turn.turnRound(failure)
        }
        return (turn.progress, turn.effects)
    }
}

/// What happened to a step, as a saga's timeline tells it.
public enum StepStatus: String, Codable, Sendable {
    case asked, done, refused
    /// The timeout passed without an answer.
    case silent
    /// The saga turned round before the answer came: the step is undone, because it may have
    /// happened.
    case abandoned
    /// Only a person can help.
    case needsIntervention = "needs-intervention"
    /// A person sent the saga on.
    case resumed
}

/// How a saga ended.
public enum SagaOutcome: Hashable, Sendable {
    /// Every step is done.
    case succeeded
    /// Everything that was done, or may have been, is undone.
    case compensated(failure: SagaFailure)
}
