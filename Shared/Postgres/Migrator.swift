public import Logging

/// Brings a database's schema up to date.
///
/// Table `schema_migrations` holds what was applied and its SHA-256. An advisory lock lets one
/// program at a time migrate; the others wait and then find nothing to do.
public struct Migrator: Sendable {
    private let url: String
    private let logger: Logger

    /// Takes the URL of the role that owns the schema; for `isCurrent` any role will do.
    public init(url: String, logger: Logger) {
        self.url = url
        self.logger = logger
    }

    /// Applies what is missing, each migration in a transaction of its own, and gives the names
    /// of what was applied.
    ///
    /// Throws `.migrationChanged` if an applied migration is not the one that the program has,
    /// `.databaseNewer` if the program does not know an applied one, `.connectionFailed`, and
    /// what a migration's own SQL met.
    @discardableResult
    public func migrate(_ sets: [MigrationSet]) async throws -> [String] {
        try await BlockingThread.run { [self] in
            let connection = try Connection(url: url, applicationName: "migrator")
            try connection.query(Self.lock)
            if try !hasTable(connection) {
                try connection.query(Self.createTable)
                try connection.query(Self.letEverybodyRead)
            }
            var applied: [String] = []
            for set in sets {
                let missing = try missing(of: set, refusingUnknown: true, connection)
                for migration in missing {
                    try apply(migration, of: set, connection)
                    applied.append(set.title(migration))
                }
            }
            return applied
        }
    }

    /// Whether everything that the program has is applied.
    ///
    /// A newer database is current as well, so that old and new programs can run side by side
    /// while a version is rolled out. Throws `.migrationChanged` and `.connectionFailed`.
    public func isCurrent(_ sets: [MigrationSet]) async throws -> Bool {
        try await BlockingThread.run { [self] in
            let connection = try Connection(url: url, applicationName: "migrator")
            guard try hasTable(connection) else { return sets.allSatisfy(\.migrations.isEmpty) }
            for set in sets {
                let missing = try missing(of: set, refusingUnknown: false, connection)
                if !missing.isEmpty { return false }
            }
            return true
        }
    }

    private func hasTable(_ connection: borrowing Connection) throws(PostgresError) -> Bool {
        try connection.query(Self.tableExists).first?.read(0) ?? false
    }

    /// Compares the applied migrations with the program's.
    private func missing(
        of set: MigrationSet, refusingUnknown: Bool, _ connection: borrowing Connection
    ) throws(PostgresError) -> [Migration] {
        let rows = try connection.query(
            Self.compare, set.component, set.migrations.map(\.version), set.migrations.map(\.sql))
        var applied: Set<Int> = []
        for row in rows {
            let version = try row.read(0, as: Int.self)
            applied.insert(version)
            let found = Migration(version: version, name: try row.read(1), sql: [])
            guard try row.read(2, as: Bool.self) else {
                guard refusingUnknown else { continue }
                throw PostgresError(
                    .databaseNewer,
                    "the database is newer than this program, which does not know migration "
                        + set.title(found))
            }
            guard try row.read(3, as: Bool.self) else {
                throw PostgresError(
                    .migrationChanged,
                    "migration \(set.title(found)) was changed after it had been applied")
            }
        }
        let newest = applied.max() ?? 0
        let missing = set.migrations.filter { !applied.contains($0.version) }
        if let late = missing.first(where: { $0.version < newest }) {
            throw PostgresError(
                .migrationChanged,
                "migration \(set.title(late)) was added before version \(newest), "
                    + "which has been applied")
        }
        return missing
    }

    private func apply(
        _ migration: Migration, of set: MigrationSet, _ connection: borrowing Connection
    ) throws(PostgresError) {
        let title = set.title(migration)
        let sql = String(decoding: migration.sql, as: UTF8.self)
        try connection.execute("BEGIN")
        do throws(PostgresError) {
            try connection.execute(sql)
            try connection.query(
                Self.record, set.component, migration.version, migration.name, migration.sql)
            try connection.execute("COMMIT")
        } catch {
            var located = error
            let line = error.position.map { ", line \(lineNumber(of: $0, in: sql))" } ?? ""
            located.message = "migration \(title)\(line): \(error.message)"
            located.sql = nil
            throw located
        }
        logger.info("Applied migration", metadata: ["migration": "\(title)"])
    }

    /// The line, from 1, of a character, also counted from 1.
    private func lineNumber(of position: Int, in sql: String) -> Int {
        sql.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" } + 1
    }
}
