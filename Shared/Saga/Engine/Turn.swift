import Contracts

extension Engine {
    /// One event being worked through.
    struct Turn {
        let plan: Plan
        var progress: Progress
        var effects: [Effect] = []

        var step: Plan.Step { plan.steps[progress.step] }
        var direction: Direction { progress.phase == .running ? .action : .compensation }

        private var retry: RetryPolicy {
            direction == .action ? step.retry : step.undoRetry ?? step.retry
        }
        private var isLastAttempt: Bool { progress.attempt >= retry.attempts }

        init(plan: Plan, progress: Progress) {
            self.plan = plan
            self.progress = progress
        }
    }
}

extension Engine.Turn {
    /// The step, or its undo, was done.
    mutating func done() {
        note(.done)
        if direction == .compensation { return compensate(downFrom: progress.step - 1) }
        effects.append(.take(step: progress.step))
        let next = progress.step + 1
        if next < plan.steps.count {
            ask(step: next)
        } else {
            end(.succeeded)
        }
    }

    /// The participant said no.
    mutating func refused(code: String, detail: String) {
        let failure = SagaFailure(step: step.name, code: code, detail: detail)
        if direction == .action, step.kind != .retriable {
            note(.refused, failure)
            return fail(failure, undoingDownFrom: progress.step - 1)
        }
        // A no that comes in a pause, or while a person is awaited, is the last no repeated.
        guard progress.waiting == .answer else { return }
        note(.refused, failure)
        if isLastAttempt { intervene(failure) } else { pause() }
    }

    /// Nobody answered in time.
    mutating func silent() {
        note(.silent)
        guard isLastAttempt else { return pause() }
        let failure = SagaFailure(
            step: step.name, code: "no-answer",
            detail: "No answer after \(progress.attempt) attempts.")
        switch (direction, step.kind) {
        case (.compensation, _): intervene(failure)
        // It may have happened, and is undone too.
        case (.action, .compensatable): fail(failure, undoingDownFrom: progress.step)
        case (.action, .pivot), (.action, .retriable):
            effects.append(.overdue(step: progress.step))
            pause()
        }
    }

    /// The pause is over.
    mutating func askAgain() {
        ask(step: progress.step, attempt: progress.attempt + 1)
    }

    /// A person sends the saga on, with all its attempts anew.
    mutating func resume() {
        note(.resumed)
        ask(step: progress.step)
    }

    mutating func ask(step index: Int, attempt: Int = 1) {
        progress.step = index
        progress.attempt = attempt
        progress.waiting = .answer
        note(.asked)
        effects.append(
            .ask(step: index, direction: direction, attempt: attempt, timeout: step.timeout))
    }

    private mutating func pause() {
        progress.waiting = .pause
        effects.append(.pause(retry.pause(after: progress.attempt)))
    }

    private mutating func fail(_ failure: SagaFailure, undoingDownFrom index: Int) {
        progress.phase = .compensating
        progress.failure = failure
        compensate(downFrom: index)
    }

    /// Every step from `index` down was done or may have been; none of them is the pivot.
    private mutating func compensate(downFrom index: Int) {
        if index >= 0 {
            ask(step: index)
        } else if let failure = progress.failure {
            end(.compensated(failure: failure))
        }
    }

    private mutating func intervene(_ failure: SagaFailure) {
        progress.waiting = .person
        note(.needsIntervention, failure)
        effects.append(.intervene(failure))
    }

    private mutating func end(_ outcome: SagaOutcome) {
        switch outcome {
        case .succeeded: progress.phase = .succeeded
        case .compensated: progress.phase = .compensated
        }
        progress.waiting = .nothing
        effects.append(.end(outcome))
    }

    private mutating func note(_ status: StepStatus, _ failure: SagaFailure? = nil) {
        effects.append(
            .note(
                Engine.Note(
                    step: progress.step, direction: direction, status: status,
                    attempt: progress.attempt, failure: failure)))
    }
}
