/// What went wrong between this program and Postgres.
///
/// Carries the statement's text but never its parameters, so that an error may be logged.
public struct PostgresError: Error, Sendable {
    /// The kind of failure, to decide by.
    public var code: Code
    /// What Postgres, libpq or this module said, in one line.
    public var message: String
    /// The SQLSTATE, if the server itself reported the failure.
    public var sqlState: String?
    /// The server's detail line.
    public var detail: String?
    /// The constraint that was violated.
    public var constraint: String?
    /// The text of the statement that failed.
    public var sql: String?
    /// Where in `sql` the server found the fault: a character's index that begins at 1.
    public var position: Int?

    /// An error of this module's own.
    public init(_ code: Code, _ message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// Whether the same transaction, run again, may succeed and cannot take effect twice.
    ///
    /// False for `.commitOutcomeUnknown`: that transaction may already stand.
    public var isRetriable: Bool {
        switch code {
        case .serializationFailure, .deadlockDetected, .lockTimeout, .connectionFailed,
            .connectionLost, .overloaded, .insufficientResources:
            true
        default:
            false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var text = "\(code): \(message)"
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let constraint { text += " [constraint \(constraint)]" }
        if let detail { text += " — \(detail)" }
        if let sql { text += " in: \(sql.prefix(500))" }
        return text
    }
}
