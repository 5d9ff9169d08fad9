import Contracts
import FoundationEssentials
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Saga

@Suite("A person who looks after sagas", .tags(.database))
struct OperatingTests {
    private static let patient = RetryPolicy(
        attempts: 2, initial: .seconds(3600), cap: .seconds(3600))

    @Test("turns a saga round before its pivot, once, and not after")
    func compensate() async throws {
        let fixture = try await RunnerFixture(hastyTripSaga())
        let id = SagaID()
        try await fixture.start([id])
        let wish = { try await fixture.compensate(id) }
        #expect(try await wish() == .moved(ended: []))
        #expect(try await wish() == .compensating)
        let undos = try await fixture.commands().commands.suffix(2)
        #expect(undos.map(\.type) == [CancelFlight.type, CancelHotel.type])
        #expect(try await fixture.receive(try undos.map(agree)) == [id])
        #expect(try await wish() == .hasEnded)
        let failure = SagaFailure(step: "book-hotel", code: "cancelled", detail: "Ada wishes it.")
        let end = fixture.ends.batches.first?.first
        #expect(end?.outcome == .compensated(failure: failure))
        #expect(try await fixture.compensate(SagaID()) == .unknown)

        let late = SagaID()
        try await fixture.start([late])
        let booked = try await fixture.commands(of: late)
        try await fixture.receive(try booked.map(agree))
        #expect(try await fixture.compensate(late) == .pastItsPivot)
    }

    @Test("sends a saga on that waits for a person, and no other")
    func retry() async throws {
        let once = RetryPolicy(attempts: 1, initial: .zero, cap: .zero)
        let fixture = try await RunnerFixture(hastyTripSaga(timeout: .zero, retry: once))
        let id = SagaID()
        try await fixture.start([id])
        #expect(try await fixture.retry(id) == .notWaiting)
        try await eventually("a person is called") {
            try await fixture.expire()
            return try await fixture.summary(id)?.requests.map(\.waitingFor) == [.person, .person]
        }
        let summary = try #require(try await fixture.summary(id))
        #expect(summary.state == .needsIntervention)
        #expect(summary.nextDeadline == nil)
        #expect(summary.failure?.code == "no-answer")
        #expect(summary.requests.map(\.step) == ["book-hotel", "book-flight"])
        #expect(summary.requests.map(\.direction) == [.compensation, .compensation])

        #expect(try await fixture.retry(id) == .moved(ended: []))
        let undos = try await fixture.commands().commands.suffix(2)
        #expect(Set(undos.map(\.type)) == [CancelFlight.type, CancelHotel.type])
        #expect(try await fixture.receive(try undos.map(agree)) == [id])
        #expect(try await fixture.retry(id) == .hasEnded)
        #expect(try await fixture.retry(SagaID()) == .unknown)
    }

    @Test("lists a tenant's sagas newest first, by state and page by page")
    func list() async throws {
        let fixture = try await RunnerFixture(hastyTripSaga())
        let ids = (0..<5).map { _ in SagaID() }
        try await fixture.start(ids)
        _ = try await fixture.compensate(ids[2])

        #expect(try await fixture.list(limit: 10) == Array(ids.reversed()))
        #expect(try await fixture.list(limit: 2) == [ids[4], ids[3]])
        #expect(try await fixture.list(before: ids[3], limit: 2) == [ids[2], ids[1]])
        #expect(try await fixture.list(state: .compensating, limit: 10) == [ids[2]])
        #expect(try await fixture.list(tenant: "evil", limit: 10).isEmpty)
    }

    @Test("finds a group's steps asked again at their own times")
    func ownTimes() async throws {
        let fixture = try await RunnerFixture(
            hastyTripSaga(timeout: .milliseconds(1), retry: Self.patient))
        let id = SagaID()
        try await fixture.start([id])
        let hotel = try #require(
            try await fixture.commands().commands.first { $0.type == BookHotel.type })
        try await fixture.receive([try agree(to: hotel)])
        try await eventually("the flight is silent") {
            try await fixture.expire()
            return try await fixture.timeline(id).last?.status == .silent
        }
        let summary = try #require(try await fixture.summary(id))
        #expect(summary.requests.map(\.step) == ["book-flight"])
        #expect(summary.requests.map(\.waitingFor) == [.pause])
        #expect(try await fixture.expire() == [], "the pause is an hour")
        #expect(try await fixture.timeline(id).count == 4)
    }
}

@Suite("Sagas of the first version", .tags(.database))
struct MigrationTests {
    @Test("go on where they stood")
    func takenOver() async throws {
        let first = MigrationSet(
            component: "saga", Array(SagaSchema.migrations.migrations.prefix(1)))
        let test = try await TestDatabase.make([OutboxSchema.migrations, first])
        let (running, undoing, over) = (SagaID(), SagaID(), SagaID())
        try Connection(url: test.ownerURL).query(
            """
            INSERT INTO saga (id, definition, tenant, subject, state, progress, phase, log_length,
                              next_deadline, ended_at)
            SELECT id::uuid, 'trip', 'acme', 'trip', '{"guest": "ada", "room": 12}',
                   progress::jsonb, phase, 3, now() + due::interval,
                   CASE WHEN due IS NULL THEN now() END
            FROM (VALUES
                ('\(running.uuid.lowercased)', 'running', '5 seconds',
                 '{"phase":"running","waiting":"answer","step":1,"attempt":2}'),
                ('\(undoing.uuid.lowercased)', 'compensating', '-1 seconds',
                 '{"phase":"compensating","waiting":"pause","step":1,"attempt":1,
                   "failure":{"step":"charge","code":"no","detail":"No."}}'),
                ('\(over.uuid.lowercased)', 'succeeded', NULL,
                 '{"phase":"succeeded","waiting":"nothing","step":3,"attempt":1}'))
                AS old (id, phase, due, progress)
            """)
        _ = try await Migrator(url: test.ownerURL, logger: .quiet)
            .migrate([OutboxSchema.migrations, SagaSchema.migrations])

        let fixture = try RunnerFixture(test, tripSaga())
        try await fixture.expire()
        #expect(try await fixture.commands(of: undoing).map(\.type) == [CancelFlight.type])
        #expect(try await fixture.commands(of: running).isEmpty, "its time is not up")
        let flight = SagaAddress(saga: running, step: "book-flight", direction: .action)
        let ask = try Envelope(
            BookFlight(guest: "ada", room: 12), source: "/test/trips", tenant: "acme", saga: flight)
        try await fixture.receive([try agree(to: ask)])
        #expect(try await fixture.commands(of: running).map(\.type) == [Charge.type])
        for command in try await fixture.commands(of: undoing) {
            try await fixture.receive([try agree(to: command)])
        }
        #expect(
            try await fixture.commands(of: undoing).map(\.type)
                == [CancelFlight.type, CancelHotel.type])
        #expect(try await fixture.summary(over)?.state == .succeeded)
    }
}
