import Contracts
import Logging
import Outbox
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Saga

/// A service that runs trips: its database, and what its runner told it.
struct RunnerFixture {
    let database: Database
    let ownerURL: String
    let runner: SagaRunner<Trip>
    let plan: Plan
    let ends: Ends

    init(_ saga: Saga<Trip> = tripSaga()) async throws {
        try self.init(
            try await TestDatabase.make([OutboxSchema.migrations, SagaSchema.migrations]), saga)
    }

    init(_ test: TestDatabase, _ saga: Saga<Trip>) throws {
        let ends = Ends()
        plan = saga.plan
        self.ends = ends
        ownerURL = test.ownerURL
        database = try Database(.init(url: test.url, connections: 4), logger: .quiet)
        runner = SagaRunner(saga, source: "/test/trips", seed: 1, logger: .quiet) { ended, _ in
            ends.note(ended)
        }
    }

    /// Starts sagas in one transaction.
    func start(_ ids: [SagaID]) async throws {
        try await database.transaction { tx in
            for id in ids {
                try runner.start(
                    id, state: Trip(guest: "ada"), tenant: "acme", subject: "trip",
                    traceparent: nil, in: tx)
            }
        }
    }

    @discardableResult
    func receive(_ replies: [Envelope]) async throws -> [SagaID] {
        try await database.transaction { try runner.receive(replies, in: $0) }
    }

    @discardableResult
    func expire(limit: Int = 100) async throws -> [SagaID] {
        try await database.transaction { try runner.expire(limit: limit, in: $0) }
    }

    /// The commands in the outbox after a position, and the last position.
    func commands(after position: Int64 = 0) async throws -> (commands: [Envelope], last: Int64) {
        try await database.read { tx in
            var last = position
            let commands = try tx.query(Self.outbox, position).map { row in
                last = try row.read(0)
                let saga = try #require(SagaID(try row.read(5, as: String.self)))
                let direction = try #require(
                    SagaAddress.Direction(rawValue: try row.read(7, as: String.self)))
                return Envelope(
                    topic: try row.read(1), key: try row.read(2), type: try row.read(3),
                    source: "/test/trips", subject: "trip", tenant: try row.read(4),
                    saga: SagaAddress(saga: saga, step: try row.read(6), direction: direction),
                    payload: try row.read(8))
            }
            return (Array(commands), last)
        }
    }

    func commands(of saga: SagaID) async throws -> [Envelope] {
        try await commands().commands.filter { $0.saga?.saga == saga }
    }

    func retry(_ id: SagaID) async throws -> SagaVerdict {
        try await database.transaction { try runner.retry(id, in: $0) }
    }

    func compensate(_ id: SagaID) async throws -> SagaVerdict {
        try await database.transaction { tx in
            try runner.compensate(id, code: "cancelled", detail: "Ada wishes it.", in: tx)
        }
    }

    func summary(_ id: SagaID) async throws -> SagaSummary? {
        try await database.read { try Sagas([plan]).find(id, tenant: "acme", in: $0) }
    }

    func list(
        tenant: String = "acme", state: SagaState? = nil, before cursor: SagaID? = nil, limit: Int
    ) async throws -> [SagaID] {
        try await database.read { tx in
            try Sagas([plan]).list(
                tenant: tenant, state: state, before: cursor, limit: limit, in: tx
            ).map(\.id)
        }
    }

    /// One number that a query gives.
    func number(_ statement: Statement) async throws -> Int {
        try await database.read { tx in
            try #require(try tx.query(statement).first).read(0)
        }
    }

    func timeline(_ id: SagaID) async throws -> [TimelineEntry] {
        try await database.read { try SagaTimeline.read(id, in: $0) }
    }

    private static let outbox = Statement(
        """
        SELECT position, topic, aggregateid, type, headers ->> 'ce_tenant', headers ->> 'ce_sagaid',
               headers ->> 'ce_sagastep', headers ->> 'ce_sagadirection', payload
        FROM outbox
        WHERE position > $1
        ORDER BY position
        """)
}

/// The ended sagas that the runner told of, batch by batch.
final class Ends: Sendable {
    private let noted = Mutex<[[EndedSaga<Trip>]]>([])
    var batches: [[EndedSaga<Trip>]] { noted.withLock { $0 } }
    func note(_ ended: [EndedSaga<Trip>]) { noted.withLock { $0.append(ended) } }
}

/// What the participants of a trip would answer if all went well.
func agree(to command: Envelope) throws -> Envelope {
    switch command.type {
    case BookHotel.type: try answer(command, BookHotel.self, .done(.init(room: 12)))
    case SendTicket.type: try answer(command, SendTicket.self, .done(.init(ticket: "T-1")))
    default: try answer(command, Charge.self, .done(Nothing()), type: command.type + ".reply")
    }
}

/// What they would answer if all were refused.
func refuse(_ command: Envelope) throws -> Envelope {
    let refusal = Refusal("fully-booked", "There is no seat left.")
    return try answer(command, Charge.self, .refused(refusal), type: command.type + ".reply")
}
