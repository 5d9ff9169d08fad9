/// How far a transaction sees what others do meanwhile; the levels of Postgres.
public enum IsolationLevel: Sendable {
    case readCommitted
    case repeatableRead
    case serializable
}

/// How a transaction begins.
struct Opening {
    let statement: Statement
    let isReadOnly: Bool

    init(_ level: IsolationLevel, readOnly: Bool) {
        isReadOnly = readOnly
        statement =
            switch (level, readOnly) {
            case (.readCommitted, false): Self.readCommitted
            case (.repeatableRead, false): Self.repeatableRead
            case (.serializable, false): Self.serializable
            case (.readCommitted, true): Self.readCommittedReadOnly
            case (.repeatableRead, true): Self.repeatableReadReadOnly
            case (.serializable, true): Self.serializableReadOnly
            }
    }

    private static let readCommitted = Statement("BEGIN ISOLATION LEVEL READ COMMITTED")
    private static let repeatableRead = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ")
    private static let serializable = Statement("BEGIN ISOLATION LEVEL SERIALIZABLE")
    private static let readCommittedReadOnly =
        Statement("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")
    private static let repeatableReadReadOnly =
        Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    private static let serializableReadOnly =
        Statement("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY")
}

extension Session {
    private static let commitStatement = Statement("COMMIT")
    private static let rollbackStatement = Statement("ROLLBACK")

    /// Queues BEGIN.
    func begin(_ opening: Opening) throws(PostgresError) {
        hasBegun = true
        try enqueue(opening.statement, [])
    }

    /// Sends COMMIT with whatever is queued, and waits for it.
    ///
    /// Throws what failed; the transaction is then rolled back, except for
    /// `.commitOutcomeUnknown`: the connection broke before the answer came. Once it has come there
    /// is nothing to throw: a server that is told to stop while it writes the commit answers first,
    /// and hangs up then.
    func commit(_ opening: Opening) throws(PostgresError) {
        do {
            try enqueueCommit(Self.commitStatement)
            try synchronize()
        } catch {
            if hasCommitted { return markUnlessIdle() }
            if isBroken, !failureEndsTransaction, !opening.isReadOnly {
                var unknown = error
                unknown.code = .commitOutcomeUnknown
                throw unknown
            }
            rollBack()
            throw error
        }
    }

    /// Ends a failed transaction. A connection that cannot do it is broken, and its server
    /// process rolls back on its own.
    func rollBack() {
        // An error in what is still queued skips the first ROLLBACK too.
        for _ in 0..<2 where !isBroken {
            clearFailure()
            do throws(PostgresError) {
                try enqueue(Self.rollbackStatement, [])
                try synchronize()
                if isIdle { return }
            } catch { continue }
        }
        markUnlessIdle()
    }
}
