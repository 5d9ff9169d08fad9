import FoundationEssentials
import LocalStack
public import Postgres
import Synchronization
import Testing

/// A database of a test's own, with the given migrations applied: a clone of a template in the
/// cluster that all tests share, made in some ten milliseconds.
///
///     let database = try await TestDatabase.make(LedgerCommand.migrations)
///
/// Dropping it is optional: the whole cluster goes when the test process ends.
public struct TestDatabase: Sendable {
    public let name: String
    let cluster: PostgresCluster
    /// Whose cluster it is, and runs for as long as this is there.
    let owner: TestCluster

    /// libpq URL with the rights of a service.
    public var url: String { cluster.url(name, as: TestCluster.service) }
    /// libpq URL of the owner, who may migrate.
    public var ownerURL: String { cluster.url(name, as: TestCluster.owner) }
    /// libpq URL of the superuser.
    public var superuserURL: String { cluster.superuserURL(database: name) }
    /// libpq URL with the rights of the relay, which may replicate.
    public var relayURL: String { cluster.url(name, as: TestCluster.relay) }

    private static let count = Atomic(0)

    /// Makes a database. No migrations at all make an empty one. `ownCluster`: on a server of its
    /// own, whose settings the test may change. `clock`: on one that takes this for the time.
    public static func make(
        _ sets: [MigrationSet] = [], ownCluster: Bool = false, clock: TestClock? = nil
    ) async throws -> TestDatabase {
        let owner =
            ownCluster || clock != nil ? TestCluster.own(clock: clock) : TestCluster.shared
        let template = try await owner.template(sets)
        let cluster = try await owner.running()
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let database = TestDatabase(name: "test_\(number)", cluster: cluster, owner: owner)
        try await database.create(from: template)
        return database
    }

    /// Drops it, whoever is still connected, and its replication slots.
    public func drop() async throws {
        try await administer([
            """
            SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
            WHERE database = '\(name)' AND active_pid IS NOT NULL
            """
        ])
        try await eventually("no replication slot on \(name)") {
            try await administer([
                """
                SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
                WHERE database = '\(name)'
                """
            ])
            return true
        }
        try await administer(["DROP DATABASE IF EXISTS \(name) WITH (FORCE)"])
    }

    /// The migrator's connection may take a moment to be gone, and a template cannot be copied
    /// while anybody is connected to it.
    private func create(from template: String) async throws {
        try await eventually("no one is connected to \(template)") {
            // Its files are copied, not written to the log page by page: without fsync that takes a
            // third of the time.
            try await administer([
                """
                CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY file_copy
                OWNER \(TestCluster.owner)
                """
            ])
            return true
        }
    }

    private func administer(_ statements: [String]) async throws {
        try await PostgresRoles(superuserURL: cluster.superuserURL()).execute(statements)
    }
}
