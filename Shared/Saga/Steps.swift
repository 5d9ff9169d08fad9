public import Contracts

/// A step that can be undone: if the saga fails later, or this step never answers, `undo` is asked.
///
/// `undo` has only the state to go by, because the answer may be missing: let the state choose the
/// ids of what a step creates before it is asked.
public struct Compensatable<State: Codable & Sendable>: Sendable {
    let step: SagaStep<State>

    /// - Parameters:
    ///   - name: unique in its saga; part of the barrier's key, so it must not change while sagas
    ///     run.
    ///   - timeout: how long an answer is waited for.
    ///   - retry: how often silence is asked again before the saga fails.
    ///   - undoRetry: how often the undo is asked before a person is called; like `retry`, but with
    ///     at least 20 attempts, if not given: an undo that is given up leaves money set aside.
    ///   - ask: the command.
    ///   - undo: the command that undoes it, whether or not it was carried out.
    ///   - done: takes what the answer says into the state, if it says anything.
    public init<Ask: Command, Undo: Command>(
        _ name: String, timeout: Duration = .seconds(5), retry: RetryPolicy = RetryPolicy(),
        undoRetry: RetryPolicy? = nil,
        ask: @escaping @Sendable (State) throws -> Ask,
        undo: @escaping @Sendable (State) throws -> Undo,
        done: (@Sendable (inout State, Ask.Done) -> Void)? = nil
    ) where Undo.Done == Nothing {
        let plan = Plan.Step(
            name: name, kind: .compensatable, timeout: timeout, retry: retry,
            undoRetry: undoRetry ?? retry.withAttempts(max(20, retry.attempts)))
        step = SagaStep(plan: plan, ask: ask, undo: SagaStep.writer(undo), done: done)
    }
}

/// The step that decides: refused, everything before it is undone; done, everything after it will
/// be done. Silent, it is asked for ever, because only its answer tells which.
public struct Pivot<State: Codable & Sendable>: Sendable {
    let step: SagaStep<State>

    /// - Parameters:
    ///   - name: unique in its saga; part of the barrier's key, so it must not change while sagas
    ///     run.
    ///   - timeout: how long an answer is waited for.
    ///   - retry: the pauses between attempts; after `attempts` of them the step is called overdue.
    ///   - ask: the command.
    ///   - done: takes what the answer says into the state, if it says anything.
    public init<Ask: Command>(
        _ name: String, timeout: Duration = .seconds(5), retry: RetryPolicy = RetryPolicy(),
        ask: @escaping @Sendable (State) throws -> Ask,
        done: (@Sendable (inout State, Ask.Done) -> Void)? = nil
    ) {
        let plan = Plan.Step(name: name, kind: .pivot, timeout: timeout, retry: retry)
        step = SagaStep(plan: plan, ask: ask, done: done)
    }
}

/// A step after the decision: it is asked until it is done. Refused in all its attempts, it waits
/// for a person.
public struct Retriable<State: Codable & Sendable>: Sendable {
    let step: SagaStep<State>

    /// - Parameters:
    ///   - name: unique in its saga; part of the barrier's key, so it must not change while sagas
    ///     run.
    ///   - timeout: how long an answer is waited for.
    ///   - retry: the pauses between attempts; a refusal after `attempts` of them calls a person,
    ///     silence makes the step overdue.
    ///   - ask: the command. Its participant should list it as `neverFinal`.
    ///   - done: takes what the answer says into the state, if it says anything.
    public init<Ask: Command>(
        _ name: String, timeout: Duration = .seconds(5), retry: RetryPolicy = RetryPolicy(),
        ask: @escaping @Sendable (State) throws -> Ask,
        done: (@Sendable (inout State, Ask.Done) -> Void)? = nil
    ) {
        let plan = Plan.Step(name: name, kind: .retriable, timeout: timeout, retry: retry)
        step = SagaStep(plan: plan, ask: ask, done: done)
    }
}
