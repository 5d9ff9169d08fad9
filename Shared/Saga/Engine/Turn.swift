import Contracts

extension Engine {
    /// One event being worked through.
    struct Turn {
        typealias Request = Progress.Request

        let plan: Plan
        var progress: Progress
        var effects: [Effect] = []

        private var direction: Direction { progress.direction }

        init(plan: Plan, progress: Progress) {
            self.plan = plan
            self.progress = progress
        }

        /// The outstanding request that an event is about, if it is outstanding.
        func request(_ step: String, _ direction: Direction) -> Request? {
            guard direction == self.direction, let index = plan.index(of: step) else { return nil }
            return progress.requests.first { $0.step == index }
        }
    }
}

// MARK: - What an event does to its request

extension Engine.Turn {
    /// The step, or its undo, was done.
    mutating func done(_ request: Request) {
        note(.done, request)
        remove(request)
        switch direction {
        case .action:
            effects.append(.take(step: request.step))
            stand(request.step)
            goOn()
        case .compensation:
            progress.standing.removeAll { $0 == request.step }
            goBack()
        }
    }

    /// The participant said no.
    mutating func refused(_ request: Request, code: String, detail: String) {
        let failure = SagaFailure(step: name(request), code: code, detail: detail)
        if direction == .action, plan.steps[request.step].kind != .retriable {
            note(.refused, request, failure)
            remove(request)
            return fail(failure)
        }
        // A no that comes in a pause, or while a person is awaited, is the last no repeated.
        guard request.waiting == .answer else { return }
        note(.refused, request, failure)
        if isLastAttempt(request) { intervene(request, failure) } else { pause(request) }
    }

    /// Nobody answered in time.
    mutating func silent(_ request: Request) {
        note(.silent, request)
        guard isLastAttempt(request) else { return pause(request) }
        let failure = SagaFailure(
            step: name(request), code: SagaFailure.noAnswer,
            detail: "No answer after \(request.attempt) attempts.")
        switch (direction, plan.steps[request.step].kind) {
        case (.compensation, _):
            intervene(request, failure)
        case (.action, .compensatable):
            // It may have happened, and is undone too.
            stand(request.step)
            remove(request)
            fail(failure)
        case (.action, .pivot), (.action, .retriable):
            effects.append(.overdue(step: request.step))
            pause(request)
        }
    }

    /// A person sends the saga on: what waited for one is asked with all its attempts anew.
    mutating func resume() {
        for request in progress.requests where request.waiting == .person {
            note(.resumed, request)
            ask(request.step)
        }
    }

    /// Everything is undone, unless the pivot may have happened.
    mutating func turnRound(_ failure: SagaFailure) {
        guard progress.phase == .running,
            progress.requests.allSatisfy({ $0.step < plan.pivot }),
            !progress.standing.contains(plan.pivot)
        else { return }
        fail(failure)
    }
}

// MARK: - Where the saga goes

extension Engine.Turn {
    /// Asks what of the first unfinished stage was never asked.
    mutating func goOn() {
        let unfinished = plan.stages.first { stage in
            stage.contains { !progress.standing.contains($0) }
        }
        guard let stage = unfinished else { return end(.succeeded) }
        for step in stage where !progress.standing.contains(step) && !isAsked(step) {
            ask(step)
        }
    }

    /// Undoes what stands of the last stage that has something standing. The pivot never does.
    private mutating func goBack() {
        let last = plan.stages.last { stage in stage.contains(where: progress.standing.contains) }
        guard let stage = last else {
            guard let failure = progress.failure else { return }
            return end(.compensated(failure: failure))
        }
        for step in stage.reversed() where progress.standing.contains(step) && !isAsked(step) {
            ask(step)
        }
    }

    /// Turns round. What is not answered yet is not waited for: it is undone as if it were done.
    private mutating func fail(_ failure: SagaFailure) {
        for request in progress.requests {
            note(.abandoned, request)
            stand(request.step)
        }
        progress.requests = []
        progress.phase = .compensating
        progress.failure = failure
        goBack()
    }

    private mutating func end(_ outcome: SagaOutcome) {
        switch outcome {
        case .succeeded: progress.phase = .succeeded
        case .compensated: progress.phase = .compensated
        }
        effects.append(.end(outcome))
    }
}

// MARK: - Requests

extension Engine.Turn {
    /// Asks a step, or its undo, for the first time or once more.
    mutating func ask(_ step: Int, attempt: Int = 1) {
        let request = Request(step: step, attempt: attempt, waiting: .answer)
        put(request)
        note(.asked, request)
        effects.append(
            .ask(
                step: step, direction: direction, attempt: attempt,
                timeout: plan.steps[step].timeout))
    }

    private mutating func pause(_ request: Request) {
        put(Request(step: request.step, attempt: request.attempt, waiting: .pause))
        effects.append(
            .pause(step: request.step, retry(request).pause(after: request.attempt)))
    }

    private mutating func intervene(_ request: Request, _ failure: SagaFailure) {
        put(Request(step: request.step, attempt: request.attempt, waiting: .person))
        note(.needsIntervention, request, failure)
        effects.append(.intervene(failure))
    }

    private func isAsked(_ step: Int) -> Bool {
        progress.requests.contains { $0.step == step }
    }

    private mutating func put(_ request: Request) {
        remove(request)
        progress.requests.append(request)
        progress.requests.sort { $0.step < $1.step }
    }

    private mutating func remove(_ request: Request) {
        progress.requests.removeAll { $0.step == request.step }
    }

    private mutating func stand(_ step: Int) {
        progress.standing.append(step)
        progress.standing.sort()
    }

    private func name(_ request: Request) -> String { plan.steps[request.step].name }

    private func retry(_ request: Request) -> RetryPolicy {
        let step = plan.steps[request.step]
        return direction == .action ? step.retry : step.undoRetry ?? step.retry
    }

    private func isLastAttempt(_ request: Request) -> Bool {
        request.attempt >= retry(request).attempts
    }

    private mutating func note(
        _ status: StepStatus, _ request: Request, _ failure: SagaFailure? = nil
    ) {
        effects.append(
            .note(
                Engine.Note(
                    step: request.step, direction: direction, status: status,
                    attempt: request.attempt, failure: failure)))
    }
}
