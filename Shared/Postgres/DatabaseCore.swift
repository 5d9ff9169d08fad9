import Logging
import Synchronization

/// What a `Database` and its lanes share.
final class DatabaseCore: Sendable {
    let queue: JobQueue
    let logger: Logger
    private let parameters: ConnectionParameters
    private let replyTimeout: Duration
    private let connections = Atomic<Int>(0)
    private let outage = Mutex(Outage())
    private let shutdown = Mutex(Shutdown())

    /// A server that is away is asked again at growing intervals, not by every transaction.
    private struct Outage {
        var failures = 0
        var notBefore = ContinuousClock.now
        var lastMessage = ""
    }

    private struct Shutdown {
        var lanes = 0
        var threads: [BlockingThread] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    init(_ configuration: Database.Configuration, logger: Logger) throws(PostgresError) {
        guard configuration.connections > 0, configuration.queueLimit > 0 else {
            throw PostgresError(.invalidValue, "a database needs a connection and a queue")
        }
        self.logger = logger
        parameters = configuration.connectionParameters
        replyTimeout = configuration.replyTimeout
        queue = JobQueue(limit: configuration.queueLimit)
        _ = try parameters.keywords()
    }

    var connectionCount: Int { connections.load(ordering: .relaxed) }

    /// Connects, unless that failed a moment ago.
    ///
    /// Throws `.connectionFailed`, at once while the server is known to be away.
    func openSession() throws(PostgresError) -> Session {
        if let message = outage.withLock({ $0.notBefore > .now ? $0.lastMessage : nil }) {
            throw PostgresError(.connectionFailed, message)
        }
        do {
            let session = try Session(parameters, replyTimeout: replyTimeout)
            outage.withLock { $0 = Outage() }
            connections.add(1, ordering: .relaxed)
            return session
        } catch {
            noteFailure(error)
            throw error
        }
    }

    /// Counts a connection out that a lane gave up.
    func sessionEnded() { connections.subtract(1, ordering: .relaxed) }

    private func noteFailure(_ error: PostgresError) {
        let failures = outage.withLock { outage -> Int in
            outage.failures += 1
            // 20, 40, 80 … at most 640 ms, half of it at random.
            let ceiling = 20 << min(outage.failures - 1, 5)
            let pause = ceiling / 2 + Int.random(in: 0...ceiling / 2)
            outage.notBefore = .now + .milliseconds(pause)
            outage.lastMessage = error.message
            return outage.failures
        }
        guard failures == 1 || failures % 100 == 0 else { return }
        logger.warning(
            "Cannot connect to Postgres",
            metadata: ["error": "\(error.message)", "attempts": "\(failures)"])
    }

    /// Starts a lane on a thread of its own.
    func startLane() throws(PostgresError) {
        shutdown.withLock { $0.lanes += 1 }
        do {
            let thread = try BlockingThread.start { [self] in
                Lane(self).work()
                laneEnded()
            }
            shutdown.withLock { $0.threads.append(thread) }
        } catch {
            laneEnded()
            throw error
        }
    }

    private func laneEnded() {
        let waiters = shutdown.withLock { shutdown in
            shutdown.lanes -= 1
            guard shutdown.lanes == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { shutdown.waiters = [] }
            return shutdown.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until every lane has finished its work and hung up, and its thread is gone.
    func lanesEnded() async {
        await withCheckedContinuation { continuation in
            let isOver = shutdown.withLock { shutdown in
                if shutdown.lanes > 0 { shutdown.waiters.append(continuation) }
                return shutdown.lanes == 0
            }
            if isOver { continuation.resume() }
        }
        for thread in shutdown.withLock({ $0.threads }) { thread.join() }
    }
}
