/// One step of a schema's history: a file `V0001_name.sql`, never changed once it is applied.
public struct Migration: Sendable {
    /// The step's place in its component's history, from 1.
    public let version: Int
    /// What the step is about, for people.
    public let name: String
    /// Any number of statements, which become one transaction.
    public let sql: [UInt8]

    public init(version: Int, name: String, sql: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// The history of one component's tables. Several components may share a database.
public struct MigrationSet: Sendable {
    /// The component's name, unique within the database.
    public let component: String
    /// The steps, in order of their version.
    public let migrations: [Migration]

    public init(component: String, _ migrations: [Migration]) {
        self.component = component
        self.migrations = migrations.sorted { $0.version < $1.version }
    }

    /// How a migration is called in messages and results: `outbox V0001_tables`.
    func title(_ migration: Migration) -> String {
        let digits = String(migration.version)
        let padding = String(repeating: "0", count: max(0, 4 - digits.count))
        return "\(component) V\(padding)\(digits)_\(migration.name)"
    }
}
