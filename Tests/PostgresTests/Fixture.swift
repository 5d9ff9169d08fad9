import Logging
import Postgres
import Synchronization
import TestSupport

/// A database of the test's own, empty, and what most tests ask of it.
struct Fixture: Sendable {
    /// With a superuser's rights, so that tests may end connections and make slots.
    let url: String

    /// Makes the database.
    init() async throws { url = try await TestDatabase.make().superuserURL }

    /// A pool on this database.
    func pool(
        connections: Int = 2, adjust: (inout Database.Configuration) -> Void = { _ in }
    ) throws -> Database {
        var configuration = Database.Configuration(url: url, connections: connections)
        configuration.applicationName = "pool"
        adjust(&configuration)
        return try Database(configuration, logger: .quiet)
    }

    /// Runs statements on a connection of their own.
    func execute(_ sql: String) throws {
        let connection = try Connection(url: url)
        try connection.execute(sql)
    }

    /// The single number that a query gives.
    func number(_ sql: String) throws -> Int {
        let connection = try Connection(url: url)
        return try connection.query(sql).first?.read(0, as: Int.self) ?? 0
    }
}

/// The code that a throwing expression ends with, or `nil` if it succeeds.
func code(of body: () async throws -> Void) async -> PostgresError.Code? {
    do {
        try await body()
        return nil
    } catch let error as PostgresError {
        return error.code
    } catch {
        return nil
    }
}

/// Counts how often something ran, from any thread.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    /// Counts one more; gives how many there are now.
    func next() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
}
