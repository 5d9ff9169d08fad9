import Outbox
import Postgres
import TestSupport
import Testing

@testable import Saga

@Suite("Lists of sagas", .tags(.database))
struct ListPlanTests {
    /// As a statement that was prepared before anything was known of its parameters is planned.
    @Test(
        "of which few are found by an index of their own",
        arguments: [
            (SagaQueries.newestCompensated, "saga_compensated", "('acme', NULL, 20)"),
            (SagaQueries.newestWaiting, "saga_interventions", "('acme', NULL, 20)"),
            (SagaQueries.countInterventions, "saga_interventions", ""),
        ])
    func ownIndex(statement: Statement, index: String, arguments: String) async throws {
        let test = try await TestDatabase.make([OutboxSchema.migrations, SagaSchema.migrations])
        let owner = try Connection(url: test.ownerURL)
        try owner.execute(Self.history)
        try owner.execute("SET plan_cache_mode = force_generic_plan")
        try owner.execute("PREPARE list AS \(statement.sql)")
        let plan = try owner.query("EXPLAIN EXECUTE list \(arguments)").map {
            try $0.read(0, as: String.self)
        }
        #expect(plan.contains { $0.contains("using \(index) ") }, "\(plan)")
    }

    /// One saga in a hundred was compensated, one waits for a person.
    private static let history = """
        INSERT INTO saga (id, definition, tenant, subject, state, progress, phase, log_length,
                          ended_at)
        SELECT gen_random_uuid(), 'trip', 'acme', 'trip', '{}', '{}',
               CASE WHEN number = 7 THEN 'needs-intervention'
                    WHEN number % 100 = 0 THEN 'compensated' ELSE 'succeeded' END,
               1, CASE WHEN number <> 7 THEN now() END
        FROM generate_series(1, 5000) AS number;
        ANALYZE saga;
        """
}
