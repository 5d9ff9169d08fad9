import Postgres

/// Reads rows of the outbox's table in one snapshot, in order, as the server sends them.
struct OutboxScan {
    private let table: OutboxTable
    private let condition: String
    private let linked: Bool

    /// `condition`: SQL over the table's columns.
    /// `linked`: whether an event is to be linked to the one before it.
    init(_ table: OutboxTable, where condition: String, linked: Bool) {
        self.table = table
        self.condition = condition
        self.linked = linked
    }

    /// Calls `body` with each row, valid during the call, and `whileWaiting` several times a second
    /// while none comes; gives their number. Throws `PostgresError`, `RelayError`
    /// `.malformedOutbox`, and what the closures throw.
    func forEach(
        _ connection: borrowing Connection, whileWaiting: () throws -> Void = {},
        _ body: (OutboxRow) throws -> Void
    ) throws -> Int {
        let partitionKey = try connection.query(RelayQueries.partitionKey, table.quoted).first
            .map { try $0.read(0, as: String.self) }
        try connection.execute(RelayQueries.beginScan(partitionKey: partitionKey))
        let all = try table.allColumns(connection)
        _ = try OutboxLayout(all, of: table)
        let columns = all.filter { table.uses($0.name) }
        let layout = try OutboxLayout(columns, of: table)
        let select = RelayQueries.scan(
            table, columns.map(\.name), where: condition, partitionKey: partitionKey)
        let count = try connection.copy(select, whileWaiting: whileWaiting) { row in
            try body(try layout.row(row, linked: linked))
        }
        try connection.execute("COMMIT")
        return count
    }
}
