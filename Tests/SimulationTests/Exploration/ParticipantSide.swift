import Contracts

@testable import Outbox
@testable import Saga

/// The participants' half of the world: the real barrier, each of whose verdicts is asked for once.
final class ParticipantSide {
    /// What the participant of one step has in its database.
    struct Desk: Hashable {
        var rows: Set<Machinery.Row> = []
        /// How often the action and its undo took effect.
        var applied = 0
        var undone = 0

        var facts: Facts {
            var facts: Facts = []
            if applied == 0 { facts.insert(.neverDone) }
            if applied > undone { facts.insert(.stands) }
            if applied > 1 { facts.insert(.doneTwice) }
            if undone > applied { facts.insert(.undoneTooOften) }
            if undone > 0 || rows.contains(where: { $0.direction == .compensation }) {
                facts.insert(.undone)
            }
            return facts
        }
    }

    /// What the rules ask of a desk.
    struct Facts: OptionSet {
        let rawValue: UInt8

        static let neverDone = Facts(rawValue: 1)
        static let stands = Facts(rawValue: 2)
        static let doneTwice = Facts(rawValue: 4)
        static let undoneTooOften = Facts(rawValue: 8)
        /// The undo came, with or without something to undo.
        static let undone = Facts(rawValue: 16)
    }

    /// What a command came to.
    struct Handling {
        /// The number of the desk after it.
        let desk: Int
        /// The same if the process dies before it commits.
        let deskAfterCrash: Int
        let reply: Mail?
        let tookEffect: Bool
    }

    private let plan: Plan
    private let machinery: Machinery
    private let participant: Participant
    private let saga = SagaID()
    private var desks: [Desk] = []
    /// Of each desk, by its number.
    private(set) var facts: [Facts] = []
    private var numbers: [Desk: Int] = [:]
    /// By desk, step, direction and what the business says.
    private var handlings: [Handling?] = []

    init(_ plan: Plan, _ machinery: Machinery) {
        self.plan = plan
        self.machinery = machinery
        let retriable = plan.steps.filter { $0.kind == .retriable }
        participant = Participant(
            source: "/explored", replyTopic: "replies", neverFinal: Set(retriable.map(\.name)))
        _ = number(of: Desk())
    }

    /// Hands a command to its participant; `refusing` is what the business says if it is asked.
    func handle(
        _ direction: Engine.Direction, of step: Int, at desk: Int, refusing: Bool
    ) throws -> Handling {
        let key =
            (desk * Moment.maximumSteps + step) * 4 + (direction == .action ? 0 : 2)
            + (refusing ? 1 : 0)
        if let known = handlings[key] { return known }
        let decided = try decide(direction, of: step, at: desks[desk], refusing)
        handlings[key] = decided
        return decided
    }

    private func decide(
        _ direction: Engine.Direction, of step: Int, at desk: Desk, _ refusing: Bool
    ) throws -> Handling {
        let command = envelope(direction, of: step)
        let address = address(direction, of: step)
        var barrier = Barrier()
        for row in desk.rows where machinery.read(row) {
            barrier.load(answer(row), at: self.address(row.direction, of: step))
        }
        var tookEffect = false
        var wasAsked = false
        let replies = try participant.answer([command], at: [address], barrier: &barrier) { _ in
            wasAsked = true
            tookEffect = !refusing
            return [reply(refusing ? .refused : .done)]
        }

        let written = barrier.unwritten
            .map { Machinery.Row(direction: $0.address.direction, outcome: $0.answer.outcome) }
            .filter(machinery.write)
        var after = desk
        after.rows.formUnion(written)
        var afterCrash = desk
        if !machinery.writesWithEffect { afterCrash.rows = after.rows }
        if tookEffect, direction == .action { after.applied = min(after.applied + 1, 2) }
        if tookEffect, direction == .compensation { after.undone = min(after.undone + 1, 2) }
        let isRepetition = !wasAsked && desk.rows.contains { $0.direction == direction }
        return Handling(
            desk: number(of: after), deskAfterCrash: number(of: afterCrash),
            reply: isRepetition && !machinery.answersAgain
                ? nil : mail(direction, replies[0].outcome),
            tookEffect: tookEffect)
    }

    private func mail(_ direction: Engine.Direction, _ outcome: AnyReply.Outcome) -> Mail {
        switch (direction, outcome) {
        case (.action, .done): .actionDone
        case (.action, .refused): .actionRefused
        case (.compensation, .done): .undoDone
        case (.compensation, .refused): .undoRefused
        }
    }

    private func answer(_ row: Machinery.Row) -> Barrier.Answer {
        switch row.outcome {
        case .done: Barrier.Answer(outcome: .done, reply: reply(.done))
        case .refused: Barrier.Answer(outcome: .refused, reply: reply(.refused))
        case .undoneBeforeDone: Barrier.Answer(outcome: .undoneBeforeDone, reply: nil)
        }
    }

    private func reply(_ outcome: AnyReply.Outcome) -> AnyReply {
        AnyReply(outcome: outcome, type: "reply", payload: [])
    }

    private func address(_ direction: Engine.Direction, of step: Int) -> SagaAddress {
        SagaAddress(saga: saga, step: plan.steps[step].name, direction: direction)
    }

    private func envelope(_ direction: Engine.Direction, of step: Int) -> Envelope {
        Envelope(
            topic: "commands", key: "key", type: plan.steps[step].name, source: "/explored",
            subject: "explored", tenant: "acme", saga: address(direction, of: step), payload: [])
    }

    private func number(of desk: Desk) -> Int {
        if let known = numbers[desk] { return known }
        let number = desks.count
        numbers[desk] = number
        desks.append(desk)
        facts.append(desk.facts)
        handlings += Array(repeating: nil, count: 4 * Moment.maximumSteps)
        return number
    }
}
