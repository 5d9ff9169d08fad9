import CPostgres

/// A bare connection that blocks the thread it is used on: for tools, tests and bookkeeping.
///
/// It has no timeouts but the connection's own, and keeps no prepared statements. Services use
/// `Database`.
public struct Connection: ~Copyable {
    let link: Link

    /// Connects.
    ///
    /// Throws `.connectionFailed`, or `.invalidValue` for a malformed URL.
    public init(url: String, applicationName: String = "swift") throws(PostgresError) {
        link = try Link(ConnectionParameters(url: url, applicationName: applicationName))
    }

    /// Runs one statement or several, without parameters, by the simple protocol.
    ///
    /// Without a BEGIN of its own, all of `sql` is one transaction. Throws the first error.
    public func execute(_ sql: String) throws(PostgresError) {
        _ = try finished(PQexec(link.pointer, sql), sql)
    }

    /// Runs one statement, and gives its rows.
    @discardableResult
    public func query(_ sql: String, _ binds: any Bindable...) throws(PostgresError) -> Rows {
        try run(sql, binds)
    }

    /// Runs one statement, and gives its rows.
    @discardableResult
    public func query(
        _ statement: Statement, _ binds: any Bindable...
    ) throws(PostgresError) -> Rows {
        try run(statement.sql, binds)
    }

    /// Asks Postgres to plan a statement, which fails if it does not fit the schema.
    public func prepare(_ sql: String) throws(PostgresError) {
        _ = try finished(PQprepare(link.pointer, "", sql, 0, nil), sql)
    }

    private func run(_ sql: String, _ binds: [any Bindable]) throws(PostgresError) -> Rows {
        var parameters = Parameters()
        for bind in binds { try bind.bind(to: &parameters) }
        let result = parameters.types.withUnsafeBufferPointer { types in
            parameters.withPointers { values, lengths, formats in
                PQexecParams(
                    link.pointer, sql, Int32(types.count), types.baseAddress, values, lengths,
                    formats, 1)
            }
        }
        return Rows(result: try finished(result, sql))
    }

    func finished(
        _ result: OpaquePointer?, _ sql: String
    ) throws(PostgresError) -> ResultMemory {
        guard let result else { throw PostgresError(.connectionLost, link.message, sql: sql) }
        let memory = ResultMemory(result)
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return memory
        default: throw PostgresError(result: result, sql: sql)
        }
    }
}
