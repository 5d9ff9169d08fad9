import Postgres

/// The outbox's publication as it is at a moment: what of the outbox the log is read for.
///
/// The log passes over what is not published, and says nothing of it. So the relay keeps beside its
/// checkpoint which publication it has read, and compares: whatever was changed, and changed back, in
/// between shows in what Postgres gives out anew each time.
struct Publication {
    /// Another after every change to the publication and to what belongs to it.
    let identity: String
    /// Whether the outbox belongs to it.
    let hasTable: Bool
    /// Whether it publishes inserts.
    let hasInserts: Bool
    /// The condition of the rows that it publishes, if not of all.
    let filter: String?
    /// Columns of the outbox that it does not publish.
    let hidden: Set<String>

    /// Whether it publishes all that there is.
    var isWhole: Bool { hasTable && hasInserts && filter == nil && hidden.isEmpty }

    /// `nil` if there is none. Throws `PostgresError`.
    init?(of table: OutboxTable, _ connection: borrowing Connection) throws(PostgresError) {
        let rows = try connection.query(
            PublicationQueries.state, table.publication, table.schema, table.name)
        guard let row = rows.first else { return nil }
        identity = try row.read(0)
        hasTable = try row.read(1)
        hasInserts = try row.read(2)
        filter = try row.read(3)
        hidden = Set(try row.read(4, as: [String].self))
    }

    /// What keeps events from the log, and how it is put right; `nil` if nothing does.
    func flaw(for table: OutboxTable) -> String? {
        let setup = "or run 'relay setup' for an outbox of your own"
        if !hasTable { return Self.absence(of: table) }
        if !hasInserts {
            return "the publication \(table.publication) publishes no inserts: SET (publish = "
                + "'insert'), \(setup)"
        }
        if let filter {
            return "the publication \(table.publication) leaves out rows of \(table.quoted), WHERE "
                + "\(filter): SET TABLE without it, \(setup)"
        }
        let missing = hidden.filter(table.uses).sorted()
        if missing.isEmpty { return nil }
        return "the publication \(table.publication) leaves out columns of \(table.quoted), "
            + "\(missing.joined(separator: ", ")): SET TABLE without a list, \(setup)"
    }

    /// What is said where the table is in no such publication.
    static func absence(of table: OutboxTable) -> String {
        "\(table.quoted) is not in the publication \(table.publication): put it back there, or run "
            + "'relay setup' for an outbox of your own"
    }
}
