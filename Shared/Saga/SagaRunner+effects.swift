import Contracts
import Logging

extension SagaRunner {
    /// Moves one saga in memory by an answer of one of its steps.
    func hear(
        _ reply: Envelope, at address: SagaAddress, on live: inout LiveSaga<State>
    ) throws {
        guard let step = saga.steps.first(where: { $0.plan.name == address.step }) else { return }
        let heard =
            switch address.direction {
            case .action: try step.hear(reply)
            case .compensation: try step.hearUndo(reply)
            }
        let event = Engine.Event.answered(
            step: address.step, direction: address.direction, heard.answer)
        let moved = try move(&live, on: event, taking: heard.take)
        if !moved { metrics.lateAnswer() }
    }

    /// Moves one saga in memory by all of its times that are up.
    func expire(_ live: inout LiveSaga<State>) throws {
        // Which way it went when its time was up: a step may turn it round, and what the next one
        // waited for is then not asked any more.
        let direction = live.progress.direction
        for step in live.overdue {
            let name = saga.plan.steps[step].name
            try move(&live, on: .elapsed(step: name, direction: direction))
        }
    }

    /// Moves one saga in memory; `false` if the event moves nothing.
    @discardableResult
    func move(
        _ live: inout LiveSaga<State>, on event: Engine.Event,
        taking take: ((inout State) -> Void)? = nil
    ) throws -> Bool {
        let (progress, effects) = Engine.advance(live.progress, on: event, of: saga.plan)
        live.progress = progress
        try carryOut(effects, on: &live, taking: take)
        live.stopIdleClocks()
        return !effects.isEmpty
    }

    /// Turns effects into what will be written about the saga.
    func carryOut(
        _ effects: [Engine.Effect], on live: inout LiveSaga<State>,
        taking take: ((inout State) -> Void)? = nil
    ) throws {
        for effect in effects {
            switch effect {
            case .ask(let step, let direction, _, let timeout):
                live.commands.append(try command(step: step, direction: direction, of: live))
                live.wait(milliseconds: timeout.milliseconds, for: step)
            case .take:
                if let take { live.change(take) }
            case .pause(let step, let pause):
                live.wait(milliseconds: jitter.spread(pause), for: step)
            case .note(let note):
                let step = saga.plan.steps[note.step].name
                live.note(note, step: step)
                metrics.noted(note, step: step)
            case .overdue(let step):
                let name = saga.plan.steps[step].name
                metrics.overdue(step: name)
                logger.warning(
                    "a step that cannot be given up does not answer",
                    metadata: ["saga": "\(live.id)", "step": "\(name)"])
            case .intervene(let failure):
                metrics.intervention(step: failure.step)
                logger.error(
                    "a saga needs a person",
                    metadata: [
                        "saga": "\(live.id)", "step": "\(failure.step)", "code": "\(failure.code)",
                        "detail": "\(failure.detail)",
                    ])
            case .end(let outcome):
                live.outcome = outcome
                metrics.ended(outcome, age: live.age)
            }
        }
    }

    /// The command of a step, or of its undo: each time a new message, always the same address, by
    /// which the participant knows a repetition.
    private func command(
        step index: Int, direction: SagaAddress.Direction, of live: LiveSaga<State>
    ) throws -> Envelope {
        let step = saga.steps[index]
        let address = SagaAddress(saga: live.id, step: step.plan.name, direction: direction)
        let context = SagaStep<State>.Context(
            source: source, tenant: live.tenant, traceparent: live.traceparent)
        switch direction {
        case .action: return try step.action(live.state, address, context)
        case .compensation:
            guard let undo = step.undo else {
                throw SagaError(.noUndo, "\(step.plan.name) of \(live.id) has no undo")
            }
            return try undo(live.state, address, context)
        }
    }
}
