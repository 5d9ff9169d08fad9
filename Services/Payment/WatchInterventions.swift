import Postgres
import Saga
import Synchronization

/// Looks how many sagas wait for a person. A counter says that one began to, and forgets it when
/// the process ends; this says that one still does.
final class WatchInterventions: Sendable {
    private let database: Database
    private let found = Atomic(0)

    init(database: Database) {
        self.database = database
    }

    /// As of the last look; none before the first one.
    var count: Int { found.load(ordering: .relaxed) }

    func callAsFunction() async throws {
        let count = try await database.read { tx in try Sagas.countInterventions(in: tx) }
        found.store(count, ordering: .relaxed)
    }
}
