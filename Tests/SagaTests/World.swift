import Contracts

@testable import Saga

/// A saga, its participants and everything that was ever said between them, as one value.
///
/// Messages are never used up: what was sent once may be delivered again, late, in any order, or
/// never. Participants are modelled by what their barriers guarantee (`Participant`'s table).
struct World: Hashable {
    /// What is true of one step.
    struct Facts: OptionSet, Hashable {
        let rawValue: UInt16

        // On the way, for ever.
        static let actionSent = Facts(rawValue: 1 << 0)
        static let undoSent = Facts(rawValue: 1 << 1)
        static let doneSaid = Facts(rawValue: 1 << 2)
        static let refusedSaid = Facts(rawValue: 1 << 3)
        static let undoDoneSaid = Facts(rawValue: 1 << 4)
        static let undoRefusedSaid = Facts(rawValue: 1 << 5)
        // In the participant's database.
        static let happened = Facts(rawValue: 1 << 6)
        static let refusedForGood = Facts(rawValue: 1 << 7)
        static let undone = Facts(rawValue: 1 << 8)
        static let tombstone = Facts(rawValue: 1 << 9)
        // What the saga was told.
        static let doneHeard = Facts(rawValue: 1 << 10)
        static let undoDoneHeard = Facts(rawValue: 1 << 11)

        /// Whether the step's effect stands.
        var stands: Bool { contains(.happened) && !contains(.undone) }
    }

    /// What can happen next.
    enum Move: Hashable {
        case deliverAction(Int, refuse: Bool)
        case deliverUndo(Int, refuse: Bool)
        case say(Int, Engine.Direction, refused: Bool)
        case elapse(Int)
        case resume
        case turnRound
    }

    var progress: Progress
    /// The steps whose time runs.
    var clocks: Set<Int> = []
    var steps: [Facts]
    /// The rule that the last move broke.
    var broken: String?

    init(_ plan: Plan) {
        let (progress, effects) = Engine.start(plan)
        self.progress = progress
        self.steps = plan.steps.map { _ in [] }
        carryOut(effects, plan)
    }

    /// Everything that could happen now.
    func moves(_ plan: Plan) -> [Move] {
        var moves: [Move] = [.resume, .turnRound]
        moves += progress.requests.map { .elapse($0.step) }
        for (index, facts) in steps.enumerated() {
            if facts.contains(.actionSent) {
                moves += [
                    .deliverAction(index, refuse: false), .deliverAction(index, refuse: true),
                ]
            }
            if facts.contains(.undoSent) {
                moves += [.deliverUndo(index, refuse: false), .deliverUndo(index, refuse: true)]
            }
            if facts.contains(.doneSaid) { moves.append(.say(index, .action, refused: false)) }
            if facts.contains(.refusedSaid) { moves.append(.say(index, .action, refused: true)) }
            if facts.contains(.undoDoneSaid) {
                moves.append(.say(index, .compensation, refused: false))
            }
            if facts.contains(.undoRefusedSaid) {
                moves.append(.say(index, .compensation, refused: true))
            }
        }
        return moves
    }

    func after(_ move: Move, _ plan: Plan) -> World {
        var next = self
        switch move {
        case .deliverAction(let index, let refuse): next.handleAction(index, refuse, plan)
        case .deliverUndo(let index, let refuse): next.handleUndo(index, refuse)
        case .say(let index, let direction, let refused):
            if !refused {
                next.steps[index].insert(direction == .action ? .doneHeard : .undoDoneHeard)
            }
            let answer = refused ? Engine.Answer.refused(code: "no", detail: "") : .done
            next.advance(
                .answered(step: plan.steps[index].name, direction: direction, answer), plan)
        case .elapse(let index):
            next.advance(
                .elapsed(step: plan.steps[index].name, direction: progress.direction), plan)
        case .resume: next.advance(.resumed, plan)
        case .turnRound:
            next.advance(.turnedRound(SagaFailure(step: "", code: "no", detail: "")), plan)
        }
        return next
    }

    /// The barrier's answer to an action; `refuse` is what the business says if it is asked.
    private mutating func handleAction(_ index: Int, _ refuse: Bool, _ plan: Plan) {
        let facts = steps[index]
        if facts.contains(.happened) {
            steps[index].insert(.doneSaid)
        } else if facts.contains(.refusedForGood) || facts.contains(.tombstone) {
            steps[index].insert(.refusedSaid)
        } else if refuse {
            steps[index].insert(.refusedSaid)
            if plan.steps[index].kind != .retriable { steps[index].insert(.refusedForGood) }
        } else {
            steps[index].formUnion([.happened, .doneSaid])
        }
    }

    private mutating func handleUndo(_ index: Int, _ refuse: Bool) {
        let facts = steps[index]
        if !facts.contains(.happened) {
            steps[index].insert(.undoDoneSaid)
            if !facts.contains(.refusedForGood) { steps[index].insert(.tombstone) }
        } else if facts.contains(.undone) || !refuse {
            steps[index].formUnion([.undone, .undoDoneSaid])
        } else {
            steps[index].insert(.undoRefusedSaid)
        }
    }

    private mutating func advance(_ event: Engine.Event, _ plan: Plan) {
        let before = progress
        let (after, effects) = Engine.advance(progress, on: event, of: plan)
        progress = after
        if effects.isEmpty, before != after { broken = "progress changed without an effect" }
        if before.hasEnded, !effects.isEmpty { broken = "an ended saga moved" }
        if case .elapsed = event, after.hasEnded { broken = "silence ended a saga" }
        carryOut(effects, plan)

        // Where asking never ends, how often was asked makes no difference beyond the limit.
        for position in progress.requests.indices {
            let step = plan.steps[progress.requests[position].step]
            if step.kind != .compensatable {
                progress.requests[position].attempt = min(
                    progress.requests[position].attempt, step.retry.attempts + 1)
            }
        }
    }
}

extension World {
    /// Sends what is to be sent, and checks the rules that hold for sending.
    private mutating func carryOut(_ effects: [Engine.Effect], _ plan: Plan) {
        for effect in effects {
            switch effect {
            case .ask(let index, .action, _, _):
                clocks.insert(index)
                checkAction(index, plan)
                steps[index].insert(.actionSent)
            case .ask(let index, .compensation, _, _):
                clocks.insert(index)
                checkUndo(index, plan)
                steps[index].insert(.undoSent)
            case .pause(let index, _): clocks.insert(index)
            case .take, .note, .overdue, .intervene, .end: break
            }
        }
        let waiting = progress.requests.filter { $0.waiting != .person }.map(\.step)
        clocks.formIntersection(waiting)
        if clocks.count != waiting.count { broken = "a step waits for ever" }
    }

    private mutating func checkAction(_ index: Int, _ plan: Plan) {
        if steps[index].contains(.doneHeard) { broken = "asked again after its answer" }
        let before = plan.stages.first { $0.contains(index) }?.lowerBound ?? 0
        for earlier in steps[..<before] where !earlier.contains(.doneHeard) {
            broken = "asked before the steps before it were done"
        }
        if steps.contains(where: { $0.contains(.undoSent) }) { broken = "asked after an undo" }
    }

    private mutating func checkUndo(_ index: Int, _ plan: Plan) {
        if plan.steps[index].kind != .compensatable { broken = "undid what cannot be undone" }
        if steps[index].contains(.undoDoneHeard) { broken = "undone again after its answer" }
        if steps[plan.pivot].contains(.happened) { broken = "undid although the pivot happened" }
        let after = plan.stages.first { $0.contains(index) }?.upperBound ?? 0
        for later in steps[after..<plan.pivot] where later.contains(.actionSent) {
            if !later.contains(.refusedForGood), !later.contains(.undoDoneHeard) {
                broken = "undid out of order"
            }
        }
    }

    /// The rule that this state breaks, if any. It must hold for ever after the end, whatever is
    /// still delivered.
    func brokenRule(_ plan: Plan) -> String? {
        if let broken { return broken }
        switch progress.phase {
        case .succeeded:
            if !steps.allSatisfy(\.stands) { return "succeeded, but an effect does not stand" }
            if steps.contains(where: { $0.contains(.undoSent) }) { return "succeeded and undid" }
        case .compensated:
            if steps.contains(where: \.stands) { return "compensated, but an effect stands" }
            // What was sent may still arrive; the barrier must be closed against it.
            for facts in steps where facts.contains(.actionSent) {
                if facts.isDisjoint(with: [.refusedForGood, .undone, .tombstone]) {
                    return "compensated, but a command on its way could still take effect"
                }
            }
        case .running, .compensating:
            break
        }
        return nil
    }
}
