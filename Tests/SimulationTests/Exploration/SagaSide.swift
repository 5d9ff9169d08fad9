import Contracts

@testable import Saga

/// The saga's half of the world: the real engine, each of whose decisions is asked for once.
///
/// A state of the engine is known by its number, so that a `Moment` stays small.
final class SagaSide {
    /// Everything that is stored of a saga: its progress, and which steps have a time running.
    struct Mind: Hashable {
        var progress: Progress
        /// Steps, as bits.
        var clocks: UInt8 = 0

        var running: [Int] { (0..<8).filter { clocks & 1 << UInt8($0) != 0 } }
    }

    enum Event: Hashable {
        case answered(Int, Engine.Direction, refused: Bool)
        case elapsed(Int)
        case resumed, turnedRound

        /// Below `Event.codes`.
        var code: Int {
            switch self {
            case .answered(let step, let direction, let refused):
                step * 4 + (direction == .action ? 0 : 2) + (refused ? 1 : 0)
            case .elapsed(let step): 4 * Moment.maximumSteps + step
            case .resumed: 5 * Moment.maximumSteps
            case .turnedRound: 5 * Moment.maximumSteps + 1
            }
        }

        static let codes = 5 * Moment.maximumSteps + 2
    }

    /// What an event came to.
    struct Turn {
        /// The number of the mind after it.
        let after: Int
        /// What is asked.
        let sent: [(step: Int, direction: Engine.Direction)]
        /// Whether there were effects.
        let moved: Bool
        /// A rule that the engine broke in this.
        let broken: String?
    }

    let plan: Plan
    private let machinery: Machinery
    private(set) var minds: [Mind] = []
    /// Of each mind, by its number: what is asked of it most often.
    private(set) var phases: [Progress.Phase] = []
    private(set) var needsPerson: [Bool] = []
    /// What can move it besides answers.
    private(set) var stirrings: [[Event]] = []
    private(set) var begin = Turn(after: 0, sent: [], moved: true, broken: nil)
    private var numbers: [Mind: Int] = [:]
    private var turns: [[Turn?]] = []

    init(_ plan: Plan, _ machinery: Machinery) {
        self.plan = plan
        self.machinery = machinery
        let (progress, effects) = Engine.start(plan)
        begin = turn(from: Mind(progress: .beginning), to: progress, effects)
    }

    func turn(of mind: Int, on event: Event) -> Turn {
        if let known = turns[mind][event.code] { return known }
        let before = minds[mind]
        let (progress, effects) = machinery.advance(
            before.progress, engineEvent(event, before.progress), plan)
        let decided = turn(from: before, to: progress, effects)
        turns[mind][event.code] = decided
        return decided
    }

    private func engineEvent(_ event: Event, _ progress: Progress) -> Engine.Event {
        switch event {
        case .answered(let step, let direction, let refused):
            .answered(
                step: plan.steps[step].name, direction: direction,
                refused ? .refused(code: "no", detail: "") : .done)
        case .elapsed(let step):
            .elapsed(step: plan.steps[step].name, direction: progress.direction)
        case .resumed: .resumed
        case .turnedRound:
            .turnedRound(SagaFailure(step: plan.steps[0].name, code: "cancelled", detail: ""))
        }
    }

    private func turn(
        from before: Mind, to progress: Progress, _ effects: [Engine.Effect]
    ) -> Turn {
        var mind = Mind(progress: progress, clocks: before.clocks)
        var sent: [(step: Int, direction: Engine.Direction)] = []
        for effect in effects {
            switch effect {
            case .ask(let step, let direction, _, _):
                sent.append((step, direction))
                mind.clocks |= 1 << UInt8(step)
            case .pause(let step, _): mind.clocks |= 1 << UInt8(step)
            case .take, .note, .overdue, .intervene, .end: break
            }
        }
        var waiting: UInt8 = 0
        for (position, request) in progress.requests.enumerated() {
            if request.waiting != .person { waiting |= 1 << UInt8(request.step) }
            // Where asking never ends, how often was asked makes no difference beyond the limit.
            let step = plan.steps[request.step]
            if step.kind != .compensatable {
                mind.progress.requests[position].attempt = min(
                    request.attempt, step.retry.attempts + 1)
            }
        }
        mind.clocks &= waiting
        var broken: String?
        if mind.clocks != waiting { broken = "a step waits, and no time is running for it" }
        if before.progress.hasEnded, !effects.isEmpty || progress != before.progress {
            broken = "something moved after the end"
        }
        return Turn(after: number(of: mind), sent: sent, moved: !effects.isEmpty, broken: broken)
    }

    /// A saga that has ended is told everything: nothing may move it.
    private func stirrings(of mind: Mind) -> [Event] {
        if mind.progress.hasEnded { return [.resumed] + plan.steps.indices.map { .elapsed($0) } }
        let person: [Event] = mind.progress.needsIntervention ? [.resumed] : []
        return person + mind.running.map { .elapsed($0) }
    }

    private func number(of mind: Mind) -> Int {
        if let known = numbers[mind] { return known }
        let number = minds.count
        numbers[mind] = number
        minds.append(mind)
        phases.append(mind.progress.phase)
        needsPerson.append(mind.progress.needsIntervention)
        stirrings.append(stirrings(of: mind))
        turns.append(Array(repeating: nil, count: Event.codes))
        return number
    }
}
