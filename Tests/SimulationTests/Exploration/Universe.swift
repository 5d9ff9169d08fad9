import Contracts

@testable import Outbox
@testable import Saga

/// What can happen next.
enum Move: Hashable {
    case deliver(Mail, step: Int)
    /// A command arrives, and the business says no to it if it is asked.
    case refuse(Mail, step: Int)
    /// Delivered, and on its way still.
    case duplicate(Mail, step: Int)
    case drop(Mail, step: Int)
    /// The receiver dies with its transaction open, and is handed the message again.
    case crashBeforeCommit(Mail, step: Int)
    /// The receiver dies before it has noted that it has the message, and is handed it again.
    case crashAfterCommit(Mail, step: Int)
    /// Time is up, or a person sends the saga on.
    case stir(SagaSide.Event)
    case turnRound

    /// Whether something goes wrong; all else happens by itself, sooner or later.
    var isFault: Bool {
        switch self {
        case .deliver, .stir: false
        case .refuse, .duplicate, .drop, .crashBeforeCommit, .crashAfterCommit, .turnRound: true
        }
    }
}

/// A saga, its participants, and a bus that loses, repeats, delays and reorders: what can be, and
/// what may not be.
///
/// Messages on their way have no order, so that every order and every delay is among the moves.
final class Universe {
    let plan: Plan
    let bounds: Bounds
    let saga: SagaSide
    let participants: ParticipantSide

    init(_ plan: Plan, _ bounds: Bounds, _ machinery: Machinery = Machinery()) {
        precondition(plan.steps.count <= Moment.maximumSteps, "a moment has no room for the saga")
        self.plan = plan
        self.bounds = bounds
        saga = SagaSide(plan, machinery)
        participants = ParticipantSide(plan, machinery)
    }

    var beginning: Moment {
        var moment = Moment()
        moment.faults = bounds.faults
        carryOut(saga.begin, in: &moment)
        return moment
    }

    func hasEnded(_ moment: Moment) -> Bool {
        let phase = saga.phases[moment.saga]
        return phase == .succeeded || phase == .compensated
    }

    /// Everything that can happen at a moment.
    func moves(at moment: Moment) -> [Move] {
        var moves: [Move] = []
        let canFail = moment.faults > 0
        for step in plan.steps.indices where moment.hasMail(step) {
            for mail in Mail.allCases where moment[mail, step] > 0 {
                moves.append(.deliver(mail, step: step))
                guard canFail else { continue }
                if mail.isCommand { moves.append(.refuse(mail, step: step)) }
                moves.append(.duplicate(mail, step: step))
                moves.append(.drop(mail, step: step))
                moves.append(.crashBeforeCommit(mail, step: step))
                moves.append(.crashAfterCommit(mail, step: step))
            }
        }
        for event in saga.stirrings[moment.saga] { moves.append(.stir(event)) }
        if canFail { moves.append(.turnRound) }
        return moves
    }

    /// The moment after a move, and the rule that the move itself broke, if it did.
    func after(_ move: Move, at moment: Moment) throws -> (Moment, broken: String?) {
        var next = moment
        if move.isFault { next.faults -= 1 }
        var broken: String?
        switch move {
        case .deliver(let mail, let step):
            next[mail, step] -= 1
            broken = try receive(mail, step, in: &next)
        case .refuse(let mail, let step):
            next[mail, step] -= 1
            broken = try receive(mail, step, refusing: true, in: &next)
        case .duplicate(let mail, let step), .crashAfterCommit(let mail, let step):
            broken = try receive(mail, step, in: &next)
        case .drop(let mail, let step):
            next[mail, step] -= 1
        case .crashBeforeCommit(let mail, let step):
            guard mail.isCommand else { break }
            next[desk: step] = try participants.handle(
                mail == .action ? .action : .compensation, of: step, at: moment[desk: step],
                refusing: false
            ).deskAfterCrash
        case .stir(let event): broken = tell(event, in: &next)
        case .turnRound: broken = tell(.turnedRound, in: &next)
        }
        return (next, broken)
    }

    private func receive(
        _ mail: Mail, _ step: Int, refusing: Bool = false, in moment: inout Moment
    ) throws -> String? {
        guard mail.isCommand else { return tell(mail.event(of: step), in: &moment) }
        let handling = try participants.handle(
            mail == .action ? .action : .compensation, of: step, at: moment[desk: step],
            refusing: refusing)
        moment[desk: step] = handling.desk
        if let reply = handling.reply { send(reply, step, in: &moment) }
        return nil
    }

    private func tell(_ event: SagaSide.Event, in moment: inout Moment) -> String? {
        let turn = saga.turn(of: moment.saga, on: event)
        carryOut(turn, in: &moment)
        return turn.broken
    }

    private func carryOut(_ turn: SagaSide.Turn, in moment: inout Moment) {
        moment.saga = turn.after
        for (step, direction) in turn.sent {
            send(direction == .action ? .action : .undo, step, in: &moment)
        }
    }

    private func send(_ mail: Mail, _ step: Int, in moment: inout Moment) {
        moment[mail, step] = min(moment[mail, step] + 1, bounds.copies)
    }
}

extension Mail {
    /// What the saga is told by a reply.
    func event(of step: Int) -> SagaSide.Event {
        let isOfAction = self == .actionDone || self == .actionRefused
        return .answered(
            step, isOfAction ? .action : .compensation,
            refused: self == .actionRefused || self == .undoRefused)
    }
}
