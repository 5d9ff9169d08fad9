import Contracts
import Logging
import Outbox
import Postgres
import TestSupport

/// A database with the outbox's tables, and the service's connections to it.
struct Fixture {
    let test: TestDatabase
    let database: Database

    init() async throws {
        test = try await TestDatabase.make([OutboxSchema.migrations])
        database = try Database(.init(url: test.url, connections: 4), logger: .quiet)
    }

    /// Handles one batch in a transaction of its own.
    func handle(
        _ participant: Participant, _ commands: [Envelope],
        apply: @escaping @Sendable ([Envelope]) throws -> [AnyReply]
    ) async throws {
        try await database.transaction { tx in
            try participant.handle(commands, in: tx, apply: apply)
        }
    }

    /// What the outbox holds, in order.
    func messages() async throws -> [Message] {
        try await database.read { tx in
            try tx.query(Self.allMessages).map { row in
                Message(
                    topic: try row.read(0), key: try row.read(1), type: try row.read(2),
                    aggregate: try row.read(3), step: try row.read(4), direction: try row.read(5),
                    traceparent: try row.read(6), tenant: try row.read(7),
                    payload: try row.read(8))
            }
        }
    }

    struct Message: Equatable {
        let topic: String
        let key: String
        let type: String
        let aggregate: String
        let step: String?
        let direction: String?
        let traceparent: String?
        let tenant: String
        let payload: [UInt8]

        var reply: Reply<Nothing>? {
            try? WireJSON.decode(Reply<Nothing>.self, from: payload)
        }
    }

    private static let allMessages = Statement(
        """
        SELECT topic, aggregateid, type, aggregatetype, headers ->> 'ce_sagastep',
               headers ->> 'ce_sagadirection', headers ->> 'traceparent', headers ->> 'ce_tenant',
               payload
        FROM outbox
        ORDER BY position
        """)
}

/// A message about nothing in particular.
func message(_ type: String, key: String = "k") -> Envelope {
    Envelope(
        topic: "test.events.v1", key: key, aggregate: "test", type: type, source: "/test",
        subject: "s", tenant: "acme", payload: [1])
}
