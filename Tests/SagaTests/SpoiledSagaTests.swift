import Contracts
import Postgres
import TestSupport
import Testing

@testable import Saga

@Suite("A saga that is spoiled in the database", .tags(.database))
struct SpoiledSagaTests {
    private static let hour = RetryPolicy(
        attempts: 2, initial: .seconds(3600), cap: .seconds(3600))

    /// What was written to its row.
    struct Spoiling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
    }

    @Test(
        "holds up no other saga's deadline, and is put off by five minutes",
        arguments: [
            Spoiling(testDescription: "a state of another shape", sql: "state = '{}'"),
            Spoiling(testDescription: "a progress of another shape", sql: "progress = '[]'"),
            Spoiling(
                testDescription: "a step that its plan does not have",
                sql: #"deadlines = '{"9": 0}'"#),
            Spoiling(testDescription: "no step that is overdue", sql: "deadlines = '{}'"),
            // The database refuses its next line: there is one of that sequence.
            Spoiling(testDescription: "a log that is longer than it says", sql: "log_length = 0"),
        ])
    func putOff(spoiling: Spoiling) async throws {
        let fixture = try await RunnerFixture(tripSaga(timeout: .zero, retry: Self.hour))
        let ids = (0..<3).map { _ in SagaID() }
        try await fixture.start(ids)
        let owner = try Connection(url: fixture.ownerURL)
        try owner.execute(
            "UPDATE saga SET \(spoiling.sql) WHERE id = '\(ids[0].uuid.lowercased)'")

        try await fixture.runner.expire(limit: 100, in: fixture.database)
        for id in ids.dropFirst() {
            #expect(try await fixture.timeline(id).map(\.status) == [.asked, .silent])
        }
        #expect(try await fixture.timeline(ids[0]).map(\.status) == [.asked])
        #expect(try await fixture.number(Self.putOffByMinutes) == 1)
    }

    @Test("goes on when it is mended and its five minutes are over")
    func mended() async throws {
        let fixture = try await RunnerFixture(tripSaga(timeout: .zero, retry: Self.hour))
        let id = SagaID()
        try await fixture.start([id])
        let owner = try Connection(url: fixture.ownerURL)
        try owner.execute(#"UPDATE saga SET state = '{"room": 0}'"#)
        try await fixture.expire()
        try owner.execute(
            #"""
            UPDATE saga SET state = '{"guest": "ada", "room": 0}',
                next_deadline = now() - interval '1 s', look_at = now() - interval '1 s'
            """#)
        try await fixture.expire()
        #expect(try await fixture.timeline(id).map(\.status) == [.asked, .silent])
    }

    private static let putOffByMinutes = Statement(
        """
        SELECT count(*) FROM saga
        WHERE look_at = next_deadline
          AND next_deadline BETWEEN now() + interval '4 minutes' AND now() + interval '5 minutes'
        """)
}
