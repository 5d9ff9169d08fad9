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
}

/// libpq ends its messages with a line break and may put hints on further lines.
func oneLine(_ message: String) -> String {
    message.split(separator: "\n").joined(separator: "; ")
}
