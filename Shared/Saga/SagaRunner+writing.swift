import Contracts
import Outbox
import Postgres

extension SagaRunner {
    // Columns are taken by closures: where the type is generic, each use of a key path makes it
    // anew.

    /// Writes everything about the sagas that moved; tells which ended.
    func write(
        _ sagas: [LiveSaga<State>], in tx: borrowing Transaction
    ) throws -> [SagaID] {
        guard !sagas.isEmpty else { return [] }
        try tx.execute(
            SagaQueries.update, sagas.map { $0.id.uuid },
            try sagas.map { try $0.changedStateText() },
            try sagas.map { try $0.progressText() }, sagas.map { $0.progress.state.rawValue },
            sagas.map { $0.logLength }, sagas.map { $0.deadlinesText() },
            sagas.map { $0.nextDeadline }, sagas.map { $0.progress.hasEnded })
        try writeLog(sagas, in: tx)
        try Outbox.append(sagas.flatMap { $0.commands }, in: tx)

        let over = sagas.compactMap { live in
            live.outcome.map { outcome in
                EndedSaga(
                    id: live.id, tenant: live.tenant, subject: live.subject,
                    traceparent: live.traceparent, state: live.state, outcome: outcome)
            }
        }
        if !over.isEmpty { try ended(over, tx) }
        return over.map { $0.id }
    }

    /// Appends the new lines of the sagas' logs.
    func writeLog(
        _ sagas: [LiveSaga<State>], in tx: borrowing Transaction
    ) throws {
        let lines = sagas.flatMap { $0.lines }
        try tx.execute(
            SagaQueries.log, lines.map { $0.saga.uuid }, lines.map { $0.sequence },
            lines.map { $0.step },
            lines.map { $0.note.direction.rawValue }, lines.map { $0.note.status.rawValue },
            lines.map { Int64($0.note.attempt) },
            lines.map { line in line.note.failure.map { "\($0.code): \($0.detail)" } })
    }
}
