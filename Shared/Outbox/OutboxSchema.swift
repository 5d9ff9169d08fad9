public import Postgres

/// The tables outbox, inbox and barrier, and the relay's, which every service's database begins
/// with.
public enum OutboxSchema {
    /// Also defines the trigger function `refuse_change()` for everybody's append-only tables.
    public static let migrations = MigrationSet(
        component: "outbox",
        [
            Migration(version: 1, name: "outbox", sql: PackageResources.V0001_outbox_sql),
            Migration(
                version: 2, name: "inbox_upkeep", sql: PackageResources.V0002_inbox_upkeep_sql),
            Migration(
                version: 3, name: "outbox_upkeep",
                sql: PackageResources.V0003_outbox_upkeep_sql),
            Migration(
                version: 4, name: "search_path", sql: PackageResources.V0004_search_path_sql),
            Migration(
                version: 5, name: "publication_read",
                sql: PackageResources.V0005_publication_read_sql),
            Migration(
                version: 6, name: "fewer_records",
                sql: PackageResources.V0006_fewer_records_sql),
        ])
}
