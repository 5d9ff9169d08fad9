import Contracts
import Outbox
import Postgres

extension SagaRunner {
    /// Writes everything about the sagas that moved; tells which ended.
    func write(
        _ sagas: [LiveSaga<State>], in tx: borrowing Transaction
    ) throws -> [SagaID] {
        guard !sagas.isEmpty else { return [] }
        try tx.execute(
            SagaQueries.update, sagas.map(\.id.uuid),
            try sagas.map { try $0.changedStateText() },
            try sagas.map { try $0.progressText() }, sagas.map(\.progress.state.rawValue),
            sagas.map(\.logLength), sagas.map { $0.deadlinesText() },
            sagas.map(\.nextDeadline), sagas.map(\.progress.hasEnded))
        try writeLog(sagas, in: tx)
        try Outbox.append(sagas.flatMap(\.commands), in: tx)

        let over = sagas.compactMap { live in
            live.outcome.map { outcome in
                EndedSaga(
                    id: live.id, tenant: live.tenant, subject: live.subject,
                    traceparent: live.traceparent, state: live.state, outcome: outcome)
            }
        }
        if !over.isEmpty { try ended(over, tx) }
        return over.map(\.id)
    }

    /// Appends the new lines of the sagas' logs.
    func writeLog(
        _ sagas: [LiveSaga<State>], in tx: borrowing Transaction
    ) throws {
        let lines = sagas.flatMap(\.lines)
        try tx.execute(
            SagaQueries.log, lines.map(\.saga.uuid), lines.map(\.sequence), lines.map(\.step),
            lines.map(\.note.direction.rawValue), lines.map(\.note.status.rawValue),
            lines.map { Int64($0.note.attempt) },
            lines.map { line in line.note.failure.map { "\($0.code): \($0.detail)" } })
    }
}
