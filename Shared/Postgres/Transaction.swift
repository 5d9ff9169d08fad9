/// One open transaction, lent to the body that `Database.transaction` runs.
///
/// It can neither be kept nor be awaited with: the body is synchronous, so that no lock is held
/// while somebody waits for something else. BEGIN and everything that `execute` takes is only
/// queued; it goes out with the next `query`, or with COMMIT, in one round trip. Only what is large
/// is sent at once, for the server to begin with.
///
/// Once a statement has failed, every later one throws the same error, and COMMIT is refused.
public struct Transaction: ~Copyable {
    private let session: Session
    private let opening: Opening

    init(_ session: Session, _ opening: Opening) {
        self.session = session
        self.opening = opening
    }

    /// Queues a statement whose rows and errors are not needed at once.
    ///
    /// Throws `.invalidValue` for a parameter that cannot be sent, and what an earlier statement
    /// met. An error of this one surfaces at the next `query`, or at commit.
    public func execute(
        _ statement: Statement, _ binds: any Bindable...
    ) throws(PostgresError) {
        try enqueue(statement, binds)
    }

    /// Sends everything queued and this statement, and waits for its rows.
    ///
    /// Throws the first error of all that was sent.
    @discardableResult
    public func query(
        _ statement: Statement, _ binds: any Bindable...
    ) throws(PostgresError) -> Rows {
        try enqueue(statement, binds)
        return try rows()
    }

    /// Like `query`, for a statement whose number of rows is what matters.
    public func affected(
        _ statement: Statement, _ binds: any Bindable...
    ) throws(PostgresError) -> Int {
        try enqueue(statement, binds)
        return try rows().affected
    }

    private func enqueue(
        _ statement: Statement, _ binds: [any Bindable]
    ) throws(PostgresError) {
        if !session.hasBegun { try session.begin(opening) }
        try session.enqueue(statement, binds)
    }

    private func rows() throws(PostgresError) -> Rows {
        guard let result = try session.synchronize() else {
            throw PostgresError(.connectionLost, "the server did not answer the statement")
        }
        return Rows(result: result)
    }

    /// Makes the work durable.
    func commit() throws(PostgresError) {
        if let failure = session.failure {
            session.rollBack()
            throw failure
        }
        // A body that asked nothing of the database costs no round trip.
        if session.hasBegun { try session.commit(opening) }
    }

    /// Undoes the work.
    func rollBack() {
        if session.hasBegun { session.rollBack() }
    }
}
