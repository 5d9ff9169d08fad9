public import Postgres

/// The tables that the host keeps in every service's database: idempotency keys, dead letters,
/// parked keys, and the audit trail with its seal. Comes after the outbox's migrations, whose
/// `refuse_change()` it uses.
public enum HostSchema {
    public static let migrations = MigrationSet(
        component: "host",
        [
            Migration(version: 1, name: "host", sql: PackageResources.V0001_host_sql),
            Migration(
                version: 2, name: "dead_letters", sql: PackageResources.V0002_dead_letters_sql),
            Migration(version: 3, name: "sealing", sql: PackageResources.V0003_sealing_sql),
            Migration(
                version: 4, name: "answers_compressed",
                sql: PackageResources.V0004_answers_compressed_sql),
            Migration(version: 5, name: "subtrees", sql: PackageResources.V0005_subtrees_sql),
            Migration(
                version: 6, name: "keys_by_digest", sql: PackageResources.V0006_keys_by_digest_sql),
        ])
}
