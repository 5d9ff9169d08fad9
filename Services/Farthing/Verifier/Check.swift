import Postgres

/// Something that must be true of one database, as a query for what breaks it.
///
/// The query answers one row for each thing that is wrong, with two columns of text: its id, and
/// what is wrong with it. Each is one statement, and so sees one moment: it holds while the system
/// runs as well as at rest.
struct Check: Sendable {
    /// In words that a finding begins with: `transfers-balance`.
    let name: String
    /// Its number in §3 of the design; `nil` for a rule that only one service has.
    let invariant: Int?
    let query: Statement

    init(_ name: String, invariant: Int? = nil, _ query: Statement) {
        self.name = name
        self.invariant = invariant
        self.query = query
    }
}

extension Check {
    /// Finds what breaks it. Throws `PostgresError`.
    func findings(in database: String, _ tx: borrowing Transaction) throws -> [Finding] {
        try tx.query(query).map { row in
            Finding(
                check: name, invariant: invariant, database: database,
                subject: try row.read(0), what: try row.read(1))
        }
    }
}
