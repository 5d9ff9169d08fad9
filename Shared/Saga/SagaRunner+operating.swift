public import Contracts
public import Postgres

/// What came of a person's wish about a saga.
public enum SagaVerdict: Hashable, Sendable {
    /// It goes on, or round; `ended` if that was its end already.
    case moved(ended: [SagaID])
    /// There is no such saga of this runner.
    case unknown
    case hasEnded
    /// It is being compensated already.
    case compensating
    /// Its pivot was asked: it may have happened, and there is only forward.
    case pastItsPivot
    /// It waits for no person, but goes on by itself.
    case notWaiting
}

extension SagaRunner {
    /// Sends a saga on that waits for a person: what was given up is asked again, with all its
    /// attempts. Throws what `ask` and `undo` throw, `SagaError`, and `PostgresError`.
    public func retry(_ id: SagaID, in tx: borrowing Transaction) throws -> SagaVerdict {
        guard var live = try lock(id, in: tx) else { return .unknown }
        if live.progress.hasEnded { return .hasEnded }
        guard try move(&live, on: .resumed) else { return .notWaiting }
        return .moved(ended: try write([live], in: tx))
    }

    /// Turns a saga round before its pivot is asked: everything that was asked is undone.
    ///
    /// `code` and `detail` are why it fails, as its outcome will tell. Throws what `undo` and
    /// `ended` throw, `SagaError`, and `PostgresError`.
    public func compensate(
        _ id: SagaID, code: String, detail: String, in tx: borrowing Transaction
    ) throws -> SagaVerdict {
        guard var live = try lock(id, in: tx) else { return .unknown }
        if live.progress.hasEnded { return .hasEnded }
        if live.progress.phase == .compensating { return .compensating }
        guard let request = live.progress.requests.first else { return .pastItsPivot }
        let failure = SagaFailure(
            step: saga.plan.steps[request.step].name, code: code, detail: detail)
        guard try move(&live, on: .turnedRound(failure)) else { return .pastItsPivot }
        return .moved(ended: try write([live], in: tx))
    }

    private func lock(
        _ id: SagaID, in tx: borrowing Transaction
    ) throws -> LiveSaga<State>? {
        try tx.query(SagaQueries.lockNamed, [id.uuid], saga.name).first
            .map { try LiveSaga<State>($0, of: plan) }
    }
}
