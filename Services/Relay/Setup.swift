import Logging
import Postgres

/// Prepares a database of somebody else's for the relay: the relay's two tables, a publication of
/// the outbox alone, and the rights that the role needs on these, on the outbox and its schema. What
/// is missing of it is put back when it is run again.
///
/// The role itself, `REPLICATION` and `wal_level` are the server's owner's to give.
struct Setup {
    static let migrations = MigrationSet(
        component: "relay",
        [
            Migration(version: 1, name: "relay", sql: PackageResources.V0001_relay_sql),
            Migration(
                version: 2, name: "publication_read",
                sql: PackageResources.V0002_publication_read_sql),
        ])

    /// libpq URL of a role that owns the outbox and may create in the database and in its schema.
    let url: String
    let table: OutboxTable
    /// The relay's role, which must have REPLICATION.
    let role: String
    let logger: Logger

    /// Throws `PostgresError`, and `RelayError` `.configuration`, having done nothing, when the
    /// publication is another table's.
    func run() async throws {
        let connection = try Connection(url: url, applicationName: "farthing-relay-setup")
        try publish(connection)
        _ = try await Migrator(url: url, logger: logger).migrate([Self.migrations])
        let role = OutboxTable.quote(role)
        try connection.execute(
            """
            GRANT SELECT ON \(table.quoted) TO \(role);
            GRANT SELECT, INSERT, UPDATE ON relay_checkpoint TO \(role);
            GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_parked TO \(role);
            """)
        let maySee = try connection.query(RelayQueries.maySeeSchema, self.role, table.schema)
        if !(try maySee[0].read(0, as: Bool.self)) {
            try connection.execute(
                "GRANT USAGE ON SCHEMA \(OutboxTable.quote(table.schema)) TO \(role)")
        }
    }

    /// Two tables in one publication would be read by either's relay, each with its own columns.
    private func publish(_ connection: borrowing Connection) throws {
        let publication = OutboxTable.quote(table.publication)
        let isAsMade = "publish = 'insert', publish_via_partition_root = true"
        guard let found = try Publication(of: table, connection) else {
            return try connection.execute(
                "CREATE PUBLICATION \(publication) FOR TABLE \(table.quoted) WITH (\(isAsMade))")
        }
        let tables = try connection.query(
            PublicationQueries.tables, table.publication, table.schema, table.name)
        for row in tables where !(try row.read(1, as: Bool.self)) {
            throw RelayError(
                .configuration,
                "\(table.publication) publishes \(try row.read(0, as: String.self)): give "
                    + "\(table.quoted) a --name of its own, here and to 'relay serve'")
        }
        // Any change has the relay go back to the table.
        if found.isWhole { return }
        try connection.execute(
            """
            ALTER PUBLICATION \(publication) SET (\(isAsMade));
            ALTER PUBLICATION \(publication) SET TABLE \(table.quoted)
            """)
    }
}
