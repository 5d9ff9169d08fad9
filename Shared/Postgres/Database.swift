public import Logging

/// A bounded pool of Postgres connections that runs whole transactions.
///
/// Each connection has a thread of its own, and a transaction's body runs on it from BEGIN to
/// COMMIT without suspending. Measured against reactors and pools of futures this was as fast as
/// any and the simplest. Connections are made at first use and replaced when they break.
///
/// ```swift
/// let database = try Database(.init(url: "postgres://localhost/shop"), logger: logger)
/// let left = try await database.transaction { tx in
///     try tx.execute(Queries.noteSale, id, Int64(3))
///     return try tx.query(Queries.stock, id).first?.read(0, as: Int64.self)
/// }
/// ```
///
/// The body must change nothing outside of the transaction, because it may run again. Session
/// state (`SET` without `LOCAL`, session advisory locks) would leak to the next transaction.
/// A task's cancellation is not observed: the timeouts bound how long a transaction takes.
public final class Database: Sendable {
    private let core: DatabaseCore

    /// Starts the threads; connects only when the first transactions come.
    ///
    /// Throws `.invalidValue` for a malformed URL, or a pool or queue of no size.
    public init(_ configuration: Configuration, logger: Logger) throws(PostgresError) {
        core = try DatabaseCore(configuration, logger: logger)
        for _ in 1...configuration.connections {
            do {
                try core.startLane()
            } catch {
                core.queue.close()
                throw error
            }
        }
    }

    deinit { core.queue.close() }

    /// Runs `body` in a transaction and commits it.
    ///
    /// If the body throws, the transaction is rolled back and the error passed on. After a
    /// serialization failure or a deadlock the body runs again, 8 times at most, and so it does if it
    /// throws `.serializationFailure` itself, because it was overtaken by another transaction; after
    /// a connection broke before COMMIT, once. Throws also what `PostgresError.Code` lists, above
    /// all `.overloaded` (at once, when the queue is full), `.connectionFailed` and
    /// `.commitOutcomeUnknown`.
    public func transaction<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await run(Opening(isolation, readOnly: false), body)
    }

    /// Runs `body` in a READ ONLY transaction; like `transaction` otherwise.
    public func read<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await run(Opening(isolation, readOnly: true), body)
    }

    private func run<Value: Sendable>(
        _ opening: Opening, _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job { lane in continuation.resume(with: lane.perform(opening, body)) }
            if let refusal = core.queue.add(job) { continuation.resume(throwing: refusal) }
        }
    }

    /// How loaded the pool is: transactions that run and that wait, and open connections.
    public func statistics() -> (busy: Int, waiting: Int, connections: Int) {
        let load = core.queue.load
        return (load.busy, load.waiting, core.connectionCount)
    }

    /// Finishes what waits already, refuses what comes later with `.closed`, and hangs up.
    public func close() async {
        core.queue.close()
        await core.lanesEnded()
    }
}
