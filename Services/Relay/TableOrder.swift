import Postgres

/// In what order the events of one key come that are read from the table, because the log cannot
/// tell: at a first start, and after a slot was lost.
enum TableOrder: Equatable {
    /// That of their commits: there is a position, or no key that could have an order.
    case commits
    /// That of a column, which is the commits' own if it was given under the lock that orders a key.
    case column(String)
    /// None: the id is no number, so that it may be random, and there is nothing else to go by.
    case none

    /// What an operator should know before it matters; `nil` if there is nothing to know.
    var warning: String? {
        switch self {
        case .commits: nil
        case .column(let name):
            "read from the table, a key's events are ordered by \(name): that is the order of their"
                + " commits only where it is given under the lock that orders the key"
        case .none:
            "read from the table, should the slot be lost, a key's events have no order: name a"
                + " --column-position or a --column-time"
        }
    }
}

extension OutboxTable {
    /// Its columns, in the table's order. Throws `PostgresError`.
    func allColumns(
        _ connection: borrowing Connection
    ) throws(PostgresError) -> [PgOutput.Relation.Column] {
        try connection.query("SELECT * FROM \(quoted) LIMIT 0").columns
    }

    /// Throws `PostgresError`, `RelayError` `.malformedOutbox`.
    func readOrder(_ connection: borrowing Connection) throws -> TableOrder {
        if columns[.position] != nil || columns[.key] == nil { return .commits }
        if let time = columns[.time] { return .column(time) }
        let layout = try OutboxLayout(try allColumns(connection), of: self)
        return layout.hasNumberedIDs ? .column(columns[.id] ?? "") : .none
    }
}
