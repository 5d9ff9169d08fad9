import Contracts

@testable import Outbox
@testable import Saga

/// A way through a saga's life, told line by line.
struct Story: CustomStringConvertible {
    /// How many moves it is about.
    let length: Int
    /// The rule that is broken in the end.
    let ending: String
    private var lines: [String] = []

    init(of way: [Move], in universe: Universe, ending: String) throws {
        length = way.count
        self.ending = ending
        var moment = universe.beginning
        lines.append("The saga begins" + universe.told(universe.saga.begin) + ".")
        for move in way {
            lines.append(try universe.told(move, at: moment))
            moment = try universe.after(move, at: moment).0
        }
    }

    var description: String {
        let numbered = lines.enumerated().map { "\($0.offset + 1). \($0.element)" }
        return (numbered + ["✗ \(ending)."]).joined(separator: "\n")
    }
}

extension Universe {
    /// One line of a story.
    fileprivate func told(_ move: Move, at moment: Moment) throws -> String {
        switch move {
        case .deliver(let mail, let step):
            return "\(name(mail, step)) arrives" + (try effect(mail, step, at: moment)) + "."
        case .refuse(let mail, let step):
            return "\(name(mail, step)) arrives"
                + (try effect(mail, step, at: moment, refusing: true)) + "."
        case .duplicate(let mail, let step):
            return "\(name(mail, step)) arrives, one of two copies"
                + (try effect(mail, step, at: moment)) + "."
        case .drop(let mail, let step):
            return "\(name(mail, step)) is lost."
        case .crashBeforeCommit(let mail, let step):
            return "\(name(mail, step)) arrives; the receiver crashes before it commits."
        case .crashAfterCommit(let mail, let step):
            return "\(name(mail, step)) arrives" + (try effect(mail, step, at: moment))
                + "; the receiver crashes after its commit, and will be handed it again."
        case .stir(let event):
            return name(event) + told(saga.turn(of: moment.saga, on: event)) + "."
        case .turnRound:
            return "Somebody cancels the saga"
                + told(saga.turn(of: moment.saga, on: .turnedRound)) + "."
        }
    }

    private func name(_ mail: Mail, _ step: Int) -> String {
        let name = plan.steps[step].name
        return switch mail {
        case .action: "The command \(name)"
        case .undo: "The undo of \(name)"
        case .actionDone: "The answer ‘\(name) is done’"
        case .actionRefused: "The answer ‘\(name) is refused’"
        case .undoDone: "The answer ‘\(name) is undone’"
        case .undoRefused: "The answer ‘\(name) cannot be undone’"
        }
    }

    private func name(_ event: SagaSide.Event) -> String {
        if case .elapsed(let step) = event { return "The time of \(plan.steps[step].name) is up" }
        return "A person sends the saga on"
    }

    private func effect(
        _ mail: Mail, _ step: Int, at moment: Moment, refusing: Bool = false
    ) throws -> String {
        guard mail.isCommand else {
            return told(saga.turn(of: moment.saga, on: mail.event(of: step)))
        }
        let handling = try participants.handle(
            mail == .action ? .action : .compensation, of: step, at: moment[desk: step],
            refusing: refusing)
        let effect = handling.tookEffect ? ", takes effect" : ", does nothing"
        return switch handling.reply {
        case nil: effect + " and is not answered"
        case .actionRefused, .undoRefused: effect + " and is refused"
        default: effect + " and is answered ‘done’"
        }
    }

    /// What the saga makes of an event.
    fileprivate func told(_ turn: SagaSide.Turn) -> String {
        let asked = turn.sent.map { step, direction in
            (direction == .action ? "asks " : "asks the undo of ") + plan.steps[step].name
        }
        let progress = saga.minds[turn.after].progress
        var told = asked
        if progress.needsIntervention { told.append("calls a person") }
        switch progress.phase {
        case .succeeded: told.append("has succeeded")
        case .compensated: told.append("is compensated")
        case .running, .compensating: break
        }
        guard turn.moved else { return "; nothing moves" }
        return told.isEmpty ? "; the saga waits" : "; the saga " + told.joined(separator: " and ")
    }
}
