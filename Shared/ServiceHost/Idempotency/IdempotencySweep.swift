import Postgres

/// Removes idempotency keys that are older than their retention.
struct IdempotencySweep: Sendable {
    let database: Database
    /// At least 24 hours (DESIGN §9).
    let retention: Duration

    /// Removes every expired key, in steps small enough to disturb nobody. Throws
    /// `PostgresError`.
    func run() async throws {
        let seconds = retention.components.seconds
        var removed: Int
        repeat {
            removed = try await database.transaction { tx in
                try tx.affected(HostQueries.sweepKeys, seconds, Self.step)
            }
        } while removed == Self.step
    }

    private static let step = 1000
}
