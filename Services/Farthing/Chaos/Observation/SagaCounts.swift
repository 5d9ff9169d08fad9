import Logging
import Postgres

/// How many sagas there are in each phase.
struct SagaCounts: Codable, Equatable, Sendable {
    var running = 0
    var compensating = 0
    var succeeded = 0
    var compensated = 0
    var needIntervention = 0

    var underWay: Int { running + compensating }

    static let query = Statement(
        """
        SELECT count(*) FILTER (WHERE phase = 'running'),
               count(*) FILTER (WHERE phase = 'compensating'),
               count(*) FILTER (WHERE phase = 'succeeded'),
               count(*) FILTER (WHERE phase = 'compensated'),
               count(*) FILTER (WHERE phase = 'needs-intervention')
        FROM saga
        """)

    /// Throws `PostgresError`.
    static func read(_ database: Database) async throws -> SagaCounts {
        try await database.read { tx in
            guard let row = try tx.query(query).first else { return SagaCounts() }
            return SagaCounts(
                running: try row.read(0), compensating: try row.read(1),
                succeeded: try row.read(2), compensated: try row.read(3),
                needIntervention: try row.read(4))
        }
    }
}
