public import Postgres

/// The tables saga and saga_log, for the databases of services that run sagas.
public enum SagaSchema {
    /// Needs the component `outbox`, which defines `refuse_change()`.
    public static let migrations = MigrationSet(
        component: "saga",
        [
            Migration(version: 1, name: "saga", sql: PackageResources.V0001_saga_sql),
            Migration(version: 2, name: "groups", sql: PackageResources.V0002_groups_sql),
            Migration(version: 3, name: "looking", sql: PackageResources.V0003_looking_sql),
            Migration(
                version: 4, name: "compensated", sql: PackageResources.V0004_compensated_sql),
        ])
}
