import Logging
import Postgres

/// Prepares a database of somebody else's for the relay: its two tables, the publication of the
/// outbox, and the rights of the role that the relay logs in with. May be run again.
struct Setup {
    static let migrations = MigrationSet(
        component: "relay",
        [Migration(version: 1, name: "relay", sql: PackageResources.V0001_relay_sql)])

    /// libpq URL of a role that owns the outbox and may make tables and publications.
    let url: String
    let table: OutboxTable
    /// The relay's role, which must have REPLICATION.
    let role: String
    let logger: Logger

    /// Throws `PostgresError`.
    func run() async throws {
        _ = try await Migrator(url: url, logger: logger).migrate([Self.migrations])
        let connection = try Connection(url: url, applicationName: "farthing-relay-setup")
        let role = OutboxTable.quote(role)
        if try connection.query(RelayQueries.publicationExists, table.publication).isEmpty {
            try connection.execute(
                """
                CREATE PUBLICATION \(OutboxTable.quote(table.publication)) FOR TABLE \
                \(table.quoted) WITH (publish = 'insert', publish_via_partition_root = true)
                """)
        }
        try connection.execute(
            """
            GRANT SELECT ON \(table.quoted) TO \(role);
            GRANT SELECT, INSERT, UPDATE ON relay_checkpoint TO \(role);
            GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_parked TO \(role);
            """)
    }
}
