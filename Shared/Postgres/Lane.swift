import Glibc
import Logging
import Synchronization

/// One thread of a `Database` and its connection.
final class Lane {
    /// Attempts at a transaction that loses against concurrent ones.
    private static let attempts = 8

    private let core: DatabaseCore
    private var session: Session?

    init(_ core: DatabaseCore) { self.core = core }

    /// Takes jobs until the queue is closed.
    func work() {
        while let job = core.queue.take() {
            job.run(self)
            core.queue.finish()
        }
        discardSession()
    }

    /// Runs a transaction to its end, again where that is right and safe.
    func perform<Value>(
        _ opening: Opening, _ body: (borrowing Transaction) throws -> Value
    ) -> Result<Value, any Error> {
        var attempt = 1
        while true {
            do {
                return .success(try attemptOnce(opening, body))
            } catch let failure as Failure {
                guard failure.mayBeRunAgain(after: attempt) else {
                    return .failure(failure.underlying)
                }
                backOff(attempt)
                attempt += 1
            } catch {
                return .failure(error)
            }
        }
    }

    /// A transaction that failed, and what the database had to do with it.
    private struct Failure: Error {
        /// What the caller is told: the body may have translated the database's error.
        let underlying: any Error
        let database: PostgresError?

        func mayBeRunAgain(after attempt: Int) -> Bool {
            if let asked = underlying as? PostgresError, asked.code == .serializationFailure {
                return attempt < Lane.attempts
            }
            guard let database else { return false }
            if database.isStalePlan { return attempt < 2 }
            switch database.code {
            case .serializationFailure, .deadlockDetected: return attempt < Lane.attempts
            // Nothing was committed; once more, on a fresh connection.
            case .connectionLost: return attempt < 2
            default: return false
            }
        }
    }

    private func attemptOnce<Value>(
        _ opening: Opening, _ body: (borrowing Transaction) throws -> Value
    ) throws -> Value {
        let session = try usableSession()
        session.reset()
        defer { if session.isBroken { discardSession() } }
        let transaction = Transaction(session, opening)
        let value: Value
        do {
            value = try body(transaction)
        } catch {
            let failure = session.failure
            transaction.rollBack()
            throw Failure(underlying: error, database: failure)
        }
        do {
            try transaction.commit()
        } catch {
            throw Failure(underlying: error, database: error)
        }
        return value
    }

    /// The connection, made or replaced if need be.
    private func usableSession() throws(PostgresError) -> Session {
        if let session {
            if session.isUsable() { return session }
            core.logger.warning("The server closed an idle connection; replacing it")
            discardSession()
        }
        let opened = try core.openSession()
        session = opened
        return opened
    }

    private func discardSession() {
        guard session != nil else { return }
        session = nil
        core.sessionEnded()
    }

    /// Concurrent losers must not meet again: 1, 2, 4 … at most 64 ms, half of it at random.
    private func backOff(_ attempt: Int) {
        let ceiling = UInt32(1000) << UInt32(min(attempt - 1, 6))
        usleep(ceiling / 2 + UInt32.random(in: 0...ceiling / 2))
    }
}
