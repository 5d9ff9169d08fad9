import CPostgres

extension PostgresError {
    /// The error that a failed result describes.
    ///
    /// libpq's own failures (a broken connection) carry no SQLSTATE.
    init(result: OpaquePointer, sql: String?) {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        let state = field(FIELD_SQLSTATE)
        let message =
            field(FIELD_MESSAGE) ?? oneLine(String(cString: PQresultErrorMessage(result)))
        self.init(state.map { Code(sqlState: $0) } ?? .connectionLost, message, sql: sql)
        self.sqlState = state
        detail = field(FIELD_DETAIL)
        constraint = field(FIELD_CONSTRAINT)
        position = field(FIELD_POSITION).flatMap { Int($0) }
    }

    /// What the server reports of a statement; a race that it lost, as `.serializationFailure`.
    init(result: OpaquePointer, of statement: Statement) {
        self.init(result: result, sql: statement.sql)
        if code == .uniqueViolation, let constraint, constraint == statement.overtakenAt {
            code = .serializationFailure
        }
    }
}

extension PostgresError {
    /// The server hangs up after this one.
    var endsConnection: Bool { code == .connectionLost || sqlState == Self.idleTooLong }

    /// A schema change made a prepared statement useless ("cached plan must not change result
    /// type", "prepared statement does not exist"); a fresh connection heals it.
    var isStalePlan: Bool { sqlState == "0A000" || sqlState == "26000" }

    /// `idle_in_transaction_session_timeout` passed. This can only come before COMMIT.
    private static let idleTooLong = "25P03"
}

/// libpq ends its messages with a line break and may put hints on further lines.
func oneLine(_ message: String) -> String {
    message.split(separator: "\n").joined(separator: "; ")
}
