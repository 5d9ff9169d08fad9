import CPostgres
import Glibc

/// One connection in pipeline mode: statements are queued, and sent and answered together.
///
/// Everything here happens on one thread. libpq is non-blocking, or a long pipeline would fill
/// both directions and deadlock (libpq, "Pipeline Mode").
final class Session {
    /// What was sent and is still to be answered.
    private enum Operation {
        case prepare(Statement)
        case run(Statement)
        case commit
    }

    /// A statement as prepared here; the parameters' types are part of what was prepared.
    private struct Prepared {
        let types: [UInt32]
        let name: String
    }

    /// Many unanswered statements are synchronised early, which bounds both ends' memory.
    private static let pipelineLimit = 512
    /// Bytes of parameters from which a statement is sent at once: the server has enough to do with
    /// it to begin while the next ones are still being made.
    private static let sentAtOnce = 16_384

    private let link: Link
    private let replyTimeout: Int32
    private var prepared: [UInt: [Prepared]] = [:]
    private var preparedCount = 0
    private var pending: [Operation] = []
    private var parameters = Parameters()

    /// Whether BEGIN was queued.
    var hasBegun = false
    /// The first failure since the last synchronisation point that was free of them.
    private(set) var failure: PostgresError?
    /// Whether `failure` is known to have come before COMMIT was executed.
    private(set) var failureEndsTransaction = false
    /// Whether COMMIT was answered: the transaction stands, whatever comes after it.
    private(set) var hasCommitted = false
    /// The connection is of no more use.
    private(set) var isBroken = false

    /// Connects. `replyTimeout` is how long the server may be silent while an answer is due.
    ///
    /// Throws `.connectionFailed`.
    init(
        _ parameters: ConnectionParameters, replyTimeout: Duration
    ) throws(PostgresError) {
        link = try Link(parameters)
        self.replyTimeout = replyTimeout.milliseconds
        guard PQsetnonblocking(link.pointer, 1) == 0, PQenterPipelineMode(link.pointer) == 1
        else { throw PostgresError(.connectionFailed, link.message) }
    }

    /// Whether a transaction may begin here: not after the server hung up.
    func isUsable() -> Bool { !isBroken && !link.wasClosedWhileIdle() }

    /// Whether no transaction is open at the server, as far as was synchronised.
    var isIdle: Bool { PQtransactionStatus(link.pointer) == PQTRANS_IDLE }

    /// Gives the connection up if a transaction is still open on it.
    func markUnlessIdle() {
        if !isIdle { isBroken = true }
    }

    /// Makes ready for the next transaction.
    func reset() {
        hasBegun = false
        hasCommitted = false
        clearFailure()
    }

    /// Forgets a failure that was dealt with.
    func clearFailure() {
        failure = nil
        failureEndsTransaction = false
    }

    /// Queues a statement. Its error surfaces at the next `synchronize`.
    ///
    /// Throws the transaction's earlier failure, or `.invalidValue` for a parameter.
    func enqueue(_ statement: Statement, _ binds: [any Bindable]) throws(PostgresError) {
        try send(statement, binds, .run(statement))
        if pending.count >= Self.pipelineLimit { _ = try synchronize() }
    }

    /// Queues COMMIT.
    func enqueueCommit(_ statement: Statement) throws(PostgresError) {
        try send(statement, [], .commit)
    }

    private func send(
        _ statement: Statement, _ binds: [any Bindable], _ operation: Operation
    ) throws(PostgresError) {
        if let failure { throw failure }
        parameters.removeAll()
        for bind in binds { try bind.bind(to: &parameters) }
        let name = try preparedName(statement)
        let sent = parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(
                link.pointer, name, Int32(parameters.count), values, lengths, formats, 1)
        }
        guard sent == 1 else { throw broken(link.message, statement.sql) }
        pending.append(operation)
        // What the socket does not take now goes out with the rest; so does word of its failure.
        if parameters.byteCount >= Self.sentAtOnce { _ = PQflush(link.pointer) }
    }

    /// The statement's name at the server; queues its preparation at the first use.
    private func preparedName(_ statement: Statement) throws(PostgresError) -> String {
        let known = prepared[statement.identity, default: []]
        if let match = known.first(where: { $0.types == parameters.types }) { return match.name }
        preparedCount += 1
        let name = "s\(preparedCount)"
        let sent = parameters.types.withUnsafeBufferPointer { types in
            PQsendPrepare(
                link.pointer, name, statement.sql, Int32(types.count), types.baseAddress)
        }
        guard sent == 1 else { throw broken(link.message, statement.sql) }
        pending.append(.prepare(statement))
        prepared[statement.identity, default: []].append(
            Prepared(types: parameters.types, name: name))
        return name
    }

    /// Sends what is queued, and reads every answer; gives the last statement's result.
    ///
    /// Throws the first failure. A failure at commit comes after all statements have succeeded,
    /// just before the synchronisation point: hence nothing is a success before that point.
    @discardableResult
    func synchronize() throws(PostgresError) -> ResultMemory? {
        guard PQpipelineSync(link.pointer) == 1 else { throw broken(link.message, nil) }
        defer { pending.removeAll(keepingCapacity: true) }
        var last: ResultMemory?
        var answered = 0
        while true {
            guard let result = try nextResult() else {
                // Separates the answers. Nothing can follow the last one but the sync.
                answered += 1
                guard link.isAlive, answered <= pending.count + 1 else {
                    throw broken(link.message, nil)
                }
                continue
            }
            let memory = ResultMemory(result)
            let operation = answered < pending.count ? pending[answered] : nil
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                if let failure { throw failure }
                return last
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                if case .commit = operation { noteCommit(result) }
                last = memory
            case PGRES_PIPELINE_ABORTED:
                forgetIfPrepared(operation)
            default:
                forgetIfPrepared(operation)
                note(result, operation)
            }
        }
    }

    /// The next answer, or `nil` between those of two statements.
    private func nextResult() throws(PostgresError) -> OpaquePointer? {
        while PQisBusy(link.pointer) == 1 {
            let unsent = PQflush(link.pointer)
            let events = Int16(unsent == 1 ? POLLIN | POLLOUT : POLLIN)
            guard unsent >= 0 else { break }
            let ready = link.wait(for: events, milliseconds: replyTimeout)
            guard ready != 0 else {
                throw broken("no answer within \(replyTimeout) ms", nil)
            }
            // A failed read is reported by the next result.
            if ready & Int16(bitPattern: UInt16(POLLIN | POLLERR | POLLHUP)) != 0,
                PQconsumeInput(link.pointer) == 0
            {
                break
            }
        }
        return PQgetResult(link.pointer)
    }

    private func note(_ result: OpaquePointer, _ operation: Operation?) {
        let error: PostgresError
        var cameBeforeCommit = false
        switch operation {
        case .prepare(let statement), .run(let statement):
            error = PostgresError(result: result, of: statement)
            cameBeforeCommit = true
        case .commit, nil: error = PostgresError(result: result, sql: nil)
        }
        if error.endsConnection || error.isStalePlan { isBroken = true }
        guard failure == nil else { return }
        failure = error
        // The server's own report of an error rolls back; so does its hanging up before it came
        // to COMMIT. A broken connection without a report says nothing.
        failureEndsTransaction =
            error.sqlState != nil && (cameBeforeCommit || error.code != .connectionLost)
    }

    /// COMMIT of a failed transaction "succeeds", with the tag ROLLBACK.
    private func noteCommit(_ result: OpaquePointer) {
        hasCommitted = strcmp(PQcmdStatus(result), "COMMIT") == 0
        guard failure == nil, !hasCommitted else { return }
        failure = PostgresError(.other, "the transaction was rolled back instead of committed")
        failureEndsTransaction = true
    }

    private func forgetIfPrepared(_ operation: Operation?) {
        guard case .prepare(let statement) = operation else { return }
        prepared[statement.identity] = nil
    }

    /// Gives the connection up. An earlier failure tells more than what followed from it.
    private func broken(_ message: String, _ sql: String?) -> PostgresError {
        isBroken = true
        if let failure { return failure }
        let error = PostgresError(.connectionLost, message, sql: sql)
        failure = error
        return error
    }
}

extension Duration {
    /// Whole milliseconds, within what `poll` takes.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
