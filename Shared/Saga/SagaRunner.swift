public import Contracts
public import Logging
import Outbox
public import Postgres

/// Runs sagas on Postgres: what the engine decides is written in the transaction of its cause.
///
/// Each call loads and locks the sagas that a batch is about, moves them in memory and writes
/// progress, log and outgoing commands with one statement each. Nothing is remembered between
/// calls, so that any process can go on with any saga. All times are the database's.
public struct SagaRunner<State: Codable & Sendable>: Sendable {
    public typealias Ended =
        @Sendable ([EndedSaga<State>], borrowing Transaction) throws -> Void

    /// The saga as data.
    public var plan: Plan { saga.plan }

    let saga: Saga<State>
    let source: String
    let ended: Ended
    let jitter: Jitter
    let metrics: SagaMetrics
    let logger: Logger

    /// - Parameters:
    ///   - source: CloudEvents source of the commands, `/farthing/payment`.
    ///   - seed: of the jitter in the pauses between attempts.
    ///   - ended: called once for each batch in which sagas ended, in the same transaction: the
    ///     place to write the business row and to append its event. A saga that needs a person has
    ///     not ended.
    public init(
        _ saga: Saga<State>, source: String, seed: UInt64 = .random(in: .min ... .max),
        logger: Logger = Logger(label: "saga"), ended: @escaping Ended
    ) {
        self.saga = saga
        self.source = source
        self.ended = ended
        self.jitter = Jitter(seed: seed)
        self.metrics = SagaMetrics(saga: saga.name)
        self.logger = logger
    }

    /// Shows the counters that are alerted on before they count. To be called when the service
    /// starts, once the process has chosen its metrics system.
    public func showCounters() {
        metrics.showZeros(of: plan)
    }

    /// Starts a saga and asks its first stage. `subject` is the id of what the saga is about.
    ///
    /// Throws what the first stage's `ask`s throw, and `PostgresError`; the statements are queued,
    /// so that a saga that exists already (`.uniqueViolation`) fails the next query or the commit.
    public func start(
        _ id: SagaID, state: State, tenant: String, subject: String, traceparent: String?,
        in tx: borrowing Transaction
    ) throws {
        try start(
            [
                SagaStart(
                    id: id, state: state, tenant: tenant, subject: subject,
                    traceparent: traceparent)
            ], in: tx)
    }

    /// Starts several sagas at once; like `start` for each of them.
    public func start(_ starts: [SagaStart<State>], in tx: borrowing Transaction) throws {
        guard !starts.isEmpty else { return }
        let sagas = try starts.map { start in
            let (progress, effects) = Engine.start(saga.plan)
            var live = LiveSaga(
                id: start.id, state: start.state, progress: progress, tenant: start.tenant,
                subject: start.subject, traceparent: start.traceparent)
            try carryOut(effects, on: &live)
            return live
        }
        try tx.execute(
            SagaQueries.start, saga.name, sagas.map { $0.id.uuid }, sagas.map { $0.tenant },
            sagas.map { $0.subject }, sagas.map { $0.traceparent },
            try sagas.map { try $0.stateText() },
            try sagas.map { try $0.progressText() }, sagas.map { $0.progress.state.rawValue },
            sagas.map { $0.logLength }, sagas.map { $0.deadlinesText() },
            sagas.map { $0.nextDeadline })
        try writeLog(sagas, in: tx)
        try Outbox.append(sagas.flatMap { $0.commands }, in: tx)
        for _ in sagas { metrics.started() }
    }

    /// Moves sagas on by the answers of their participants, in order, and tells which ended.
    ///
    /// Answers to sagas that this runner does not run are left to others; late and repeated ones
    /// move nothing. Throws `DecodingError` for an answer that is not the reply of its step's
    /// command, `SagaError`, `PostgresError`, and what `ask`, `undo` and `ended` throw.
    public func receive(
        _ replies: [Envelope], in tx: borrowing Transaction
    ) throws -> [SagaID] {
        // By the step's name most answers to other definitions' sagas are known without a look.
        let named = Set(
            replies.compactMap(\.saga).filter { plan.index(of: $0.step) != nil }.map(\.saga.uuid))
        guard !named.isEmpty else { return [] }
        var sagas = try tx.query(SagaQueries.lockNamed, Array(named), saga.name)
            .map { try LiveSaga<State>($0, of: plan) }
        let positions = Dictionary(
            uniqueKeysWithValues: zip(sagas.map(\.id), sagas.indices))

        for reply in replies {
            guard let address = reply.saga, let position = positions[address.saga] else { continue }
            try hear(reply, at: address, on: &sagas[position])
        }
        return try write(sagas.filter(\.hasMoved), in: tx)
    }
}
