import Postgres

/// Reads rows of the outbox's table in one snapshot, in batches, without copying them.
struct OutboxCursor {
    private let table: OutboxTable
    private let declaration: String
    private let linked: Bool

    /// `declaration`: SQL that declares a cursor named `unpublished` over all columns of the table.
    /// `linked`: whether an event is to be linked to the one before it.
    init(_ table: OutboxTable, declaration: String, linked: Bool) {
        self.table = table
        self.declaration = declaration
        self.linked = linked
    }

    /// Calls `body` with each row; gives their number. Throws `PostgresError`, `RelayError`
    /// `.malformedOutbox`, and what `body` throws.
    func forEach(
        _ connection: borrowing Connection, _ body: (OutboxRow) throws -> Void
    ) throws -> Int {
        try connection.execute(RelayQueries.begin)
        try connection.execute(declaration)
        var count = 0
        var layout: OutboxLayout?
        while true {
            let rows = try connection.query(RelayQueries.fetch)
            if rows.isEmpty { break }
            let known = try layout ?? OutboxLayout(rows.columns, of: table)
            layout = known
            for row in rows { try body(try known.row(row, linked: linked)) }
            count += rows.count
        }
        try connection.execute("COMMIT")
        return count
    }
}
