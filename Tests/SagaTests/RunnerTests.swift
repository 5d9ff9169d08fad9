import Contracts
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Saga

@Suite("The saga runner", .tags(.database))
struct RunnerTests {
    @Test("starts a saga, its log and its first command in one transaction, or none of them")
    func start() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        struct Stop: Error {}
        await #expect(throws: Stop.self) {
            try await fixture.database.transaction { tx in
                try fixture.runner.start(
                    SagaID(), state: Trip(guest: "eve"), tenant: "acme", subject: "trip",
                    traceparent: nil, in: tx)
                throw Stop()
            }
        }
        try await fixture.start([id])

        let commands = try await fixture.commands().commands
        #expect(commands.map(\.type) == [BookHotel.type])
        #expect(commands.first?.saga?.saga == id)
        #expect(commands.first?.tenant == "acme")
        #expect(try await fixture.timeline(id).map(\.status) == [.asked])
        #expect(try await fixture.number(Self.running) == 1)
    }

    @Test("refuses to start the same saga twice")
    func startTwice() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.start([id, id])
        }
        #expect(error?.code == .uniqueViolation)
    }

    @Test("moves a whole batch of sagas to success and tells of their ends at once")
    func success() async throws {
        let fixture = try await RunnerFixture()
        let ids = (0..<200).map { _ in SagaID() }
        try await fixture.start(ids)
        var position: Int64 = 0
        var ended: [SagaID] = []
        for _ in 1...4 {
            let (commands, last) = try await fixture.commands(after: position)
            #expect(commands.count == ids.count)
            position = last
            ended = try await fixture.receive(try commands.map(agree))
        }
        #expect(Set(ended) == Set(ids))
        #expect(fixture.ends.batches.count == 1)
        let first = try #require(fixture.ends.batches.first?.first)
        #expect(first.outcome == .succeeded)
        #expect(first.state == Trip(guest: "ada", room: 12, ticket: "T-1"))
        #expect(first.tenant == "acme")
        #expect(first.subject == "trip")
        #expect(try await fixture.number(Self.running) == 0)

        let timeline = try await fixture.timeline(ids[7])
        #expect(timeline.map(\.step) == Self.steps.flatMap { [$0, $0] })
        #expect(timeline.map(\.status) == Self.steps.flatMap { _ in [.asked, .done] })
        #expect(timeline.map(\.at) == timeline.map(\.at).sorted())
    }

    @Test("compensates and tells why")
    func compensation() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        try await fixture.start([id])
        var (commands, last) = try await fixture.commands()
        try await fixture.receive(try commands.map(agree))
        (commands, last) = try await fixture.commands(after: last)
        try await fixture.receive(try commands.map(refuse))
        (commands, last) = try await fixture.commands(after: last)
        #expect(commands.map(\.type) == [CancelHotel.type])
        #expect(try await fixture.receive(try commands.map(agree)) == [id])

        let failure = SagaFailure(
            step: "book-flight", code: "fully-booked", detail: "There is no seat left.")
        #expect(fixture.ends.batches.first?.first?.outcome == .compensated(failure: failure))
        let refused = try await fixture.timeline(id).first { $0.status == .refused }
        #expect(refused?.detail == "fully-booked: There is no seat left.")
    }

    @Test("takes an answer once, be it repeated in one batch, later, or on two connections")
    func repeated() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        try await fixture.start([id])
        let booked = try agree(to: try #require(try await fixture.commands().commands.first))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { _ = try await fixture.receive([booked, booked]) }
            }
            try await group.waitForAll()
        }
        let commands = try await fixture.commands().commands
        #expect(commands.map(\.type) == [BookHotel.type, BookFlight.type])
        #expect(try await fixture.timeline(id).map(\.status) == [.asked, .done, .asked])
    }

    @Test("leaves answers to others' sagas and to unknown steps alone")
    func strangers() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        try await fixture.start([id])
        let asked = try #require(try await fixture.commands().commands.first)
        var (unknownSaga, unknownStep) = (asked, asked)
        unknownSaga.saga = SagaAddress(saga: SagaID(), step: "book-hotel", direction: .action)
        unknownStep.saga = SagaAddress(saga: id, step: "book-yacht", direction: .action)
        let replies = try [unknownSaga, unknownStep].map(agree)
        #expect(try await fixture.receive(replies) == [])
        #expect(try await fixture.timeline(id).count == 1)
    }

    @Test("throws on an answer that cannot be read, and nothing moves")
    func malformed() async throws {
        let fixture = try await RunnerFixture()
        let ids = [SagaID(), SagaID()]
        try await fixture.start(ids)
        var replies = try await fixture.commands().commands.map(agree)
        replies[1].payload = Array("{}".utf8)
        let bad = replies
        await #expect(throws: DecodingError.self) { try await fixture.receive(bad) }
        #expect(try await fixture.timeline(ids[0]).count == 1)
        try await fixture.receive([bad[0]])
        #expect(try await fixture.timeline(ids[0]).count == 3)
    }

    @Test("keeps its log append-only, even for its owner")
    func appendOnly() async throws {
        let fixture = try await RunnerFixture()
        try await fixture.start([SagaID()])
        for change in ["UPDATE saga_log SET attempt = 7", "DELETE FROM saga_log"] {
            let error = #expect(throws: PostgresError.self) {
                try Connection(url: fixture.ownerURL).query(change)
            }
            #expect(error?.code == .raisedException)
        }
    }

    static let steps = ["book-hotel", "book-flight", "charge", "send-ticket"]
    private static let running = Statement(
        "SELECT count(*) FROM saga WHERE ended_at IS NULL AND next_deadline > now()")
}

@Suite("Deadlines", .tags(.database))
struct DeadlineTests {
    @Test("asks again after silence, and compensates when nobody answers")
    func silence() async throws {
        let retry = RetryPolicy(
            attempts: 2, initial: .milliseconds(2), cap: .milliseconds(2))
        let fixture = try await RunnerFixture(
            tripSaga(timeout: .milliseconds(1), retry: retry, undoRetry: retry))
        let id = SagaID()
        try await fixture.start([id])
        try await eventually("the hotel is cancelled") {
            try await fixture.expire()
            return try await fixture.commands().commands.last?.type == CancelHotel.type
        }
        let commands = try await fixture.commands().commands
        #expect(commands.map(\.type) == [BookHotel.type, BookHotel.type, CancelHotel.type])
        #expect(commands[0].saga == commands[1].saga)
        let statuses = try await fixture.timeline(id).map(\.status)
        #expect(Array(statuses.prefix(5)) == [.asked, .silent, .asked, .silent, .asked])
    }

    @Test("do nothing before their time")
    func patience() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        try await fixture.start([id])
        #expect(try await fixture.expire() == [])
        #expect(try await fixture.timeline(id).count == 1)
    }

    @Test("follow a saga that moved on: what was to be looked at is put off until its deadline")
    func putOff() async throws {
        let fixture = try await RunnerFixture()
        let id = SagaID()
        try await fixture.start([id])
        try await fixture.database.transaction { tx in
            try tx.execute(Self.lookNow)
        }
        #expect(try await fixture.number(Self.toLookAt) == 1)
        #expect(try await fixture.expire() == [])
        #expect(try await fixture.number(Self.toLookAt) == 0)
        #expect(try await fixture.number(Self.lookedAtInTime) == 1)
        #expect(try await fixture.timeline(id).count == 1)
    }

    @Test("take a look along that is near when the saga moves, and leave one that is far")
    func takenAlong() async throws {
        let fixture = try await RunnerFixture(tripSaga(timeout: .seconds(3600)))
        let id = SagaID()
        try await fixture.start([id])
        let first = try #require(try await fixture.commands(of: id).last)
        _ = try await fixture.receive([agree(to: first)])
        #expect(try await fixture.number(Self.lookedAtInTime) == 0)
        try await fixture.database.transaction { tx in
            try tx.execute(Self.lookNow)
        }
        let second = try #require(try await fixture.commands(of: id).last)
        #expect(second.id != first.id)
        _ = try await fixture.receive([agree(to: second)])
        #expect(try await fixture.number(Self.toLookAt) == 0)
        #expect(try await fixture.number(Self.lookedAtInTime) == 1)
    }

    @Test("are swept by several processes at once, each saga by one of them")
    func concurrently() async throws {
        let hour = RetryPolicy(attempts: 2, initial: .seconds(3600), cap: .seconds(3600))
        let fixture = try await RunnerFixture(tripSaga(timeout: .zero, retry: hour))
        let ids = (0..<100).map { _ in SagaID() }
        try await fixture.start(ids)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { try await fixture.expire(limit: 10) }
            }
            try await group.waitForAll()
        }
        try await eventually("every saga was swept") {
            try await fixture.expire(limit: 10)
            return try await fixture.number(Self.silent) == ids.count
        }
        #expect(try await fixture.number(Self.mostOften) == 1)
    }

    @Test("stop when a person is needed, and the saga is found by its phase")
    func intervention() async throws {
        let once = RetryPolicy(attempts: 1, initial: .zero, cap: .zero)
        let fixture = try await RunnerFixture(
            tripSaga(timeout: .zero, retry: once, undoRetry: once))
        try await fixture.start([SagaID()])
        try await eventually("a person is called") {
            try await fixture.expire()
            return try await fixture.number(Self.interventions) == 1
        }
        #expect(fixture.ends.batches.isEmpty, "needing a person is not an end")
    }

    private static let lookNow = Statement(
        "UPDATE saga SET look_at = now() - interval '1 s'")
    private static let toLookAt = Statement("SELECT count(*) FROM saga WHERE look_at <= now()")
    private static let lookedAtInTime = Statement(
        "SELECT count(*) FROM saga WHERE look_at = next_deadline")
    private static let silent = Statement(
        "SELECT count(DISTINCT saga) FROM saga_log WHERE status = 'silent'")
    private static let mostOften = Statement(
        """
        SELECT max(times) FROM (
            SELECT count(*) AS times FROM saga_log WHERE status = 'silent' GROUP BY saga
        ) AS counted
        """)
    private static let interventions = Statement(
        """
        SELECT count(*) FROM saga
        WHERE phase = 'needs-intervention' AND next_deadline IS NULL AND ended_at IS NULL
        """)
}
