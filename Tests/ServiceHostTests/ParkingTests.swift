import Contracts
import FoundationEssentials
import Kafka
import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Messages that are set aside", .tags(.database))
struct ParkingTests {
    private struct Refused: Error {}

    private let test: TestDatabase
    private let database: Database

    init() async throws {
        test = try await TestDatabase.make(RunningHost.migrations)
        database = try Database(.init(url: test.url, connections: 2), logger: .quiet)
    }

    /// One whose handler refuses the payload `poison`.
    private func pipeline(_ operation: String) -> BatchPipeline {
        BatchPipeline(
            topic: ConsumedTopic(
                topic: "t", group: "g", operation: operation,
                handler: { envelopes, tx in
                    for envelope in envelopes {
                        let text = String(decoding: envelope.payload, as: UTF8.self)
                        if text == "poison" { throw Refused() }
                        try tx.execute(
                            Statement("INSERT INTO note (tenant, body) VALUES ('acme', $1)"), text)
                    }
                }, afterCommit: nil),
            database: database, logger: .quiet)
    }

    /// - Parameter number: its offset, and its place among the events of its key.
    private func message(_ number: Int64, _ key: String, _ payload: String) -> ConsumedMessage {
        let envelope = Envelope(
            topic: "t", key: key, type: "test.v1", source: "/test", subject: "s", tenant: "acme",
            payload: Array(payload.utf8))
        let headers =
            [
                (EnvelopeHeader.id, envelope.id.lowercased), (EnvelopeHeader.type, envelope.type),
                (EnvelopeHeader.time, RFC3339.format(envelope.time)),
                (EnvelopeHeader.sequence, "\(number)"), (EnvelopeHeader.previous, "\(number - 1)"),
            ] + envelope.storedHeaders.map { ($0.name, $0.value) }
        return ConsumedMessage(
            topic: "t", partition: 0, offset: number, key: Array(key.utf8),
            value: envelope.payload, headers: headers.map { ($0.0, Array($0.1.utf8)) })
    }

    private func column(_ sql: Statement) async throws -> [String] {
        try await database.read { tx in try tx.query(sql).map { try $0.read(0, as: String.self) } }
    }

    private var notes: [String] {
        get async throws { try await column(Statement("SELECT body FROM note ORDER BY id")) }
    }

    private var deadLetters: [String] {
        get async throws {
            try await column(Statement("SELECT kind || \"offset\" FROM dead_letters ORDER BY id"))
        }
    }

    @Test("may have keys that no index takes, and hold up only what has the same key")
    func longKeys() async throws {
        let key = LongKey.make()
        let unreadable = ConsumedMessage(
            topic: "t", partition: 0, offset: 1, key: Array(key.utf8), value: nil)
        try await pipeline("parking.long").process([
            unreadable, message(2, key, "poison"), message(3, key + "1", "m3"),
            message(4, key, "m4"), message(5, "k", "m5"),
        ])
        #expect(try await notes == ["m3", "m5"])
        #expect(try await deadLetters == ["undecodable1", "poison2", "parked4"])
    }

    @Test("park their key for a consumer that waited for their former owner to say so")
    func condemnedMeanwhile() async throws {
        let messages = [message(1, "k", "m1"), message(2, "k", "m2")]
        let id = try Received(messages[0]).envelope.get().id
        let formerOwner = try Connection(url: test.superuserURL)
        try formerOwner.execute(
            """
            BEGIN;
            INSERT INTO inbox (message_id) VALUES ('\(id.uuidString)');
            INSERT INTO parked_key (topic, key, reason) VALUES ('t', 'k', 'm1 is poison');
            """)
        async let processed: Void = pipeline("parking.meanwhile").process(messages)
        try await eventually("the consumer waits") {
            try await column(
                Statement(
                    """
                    SELECT query FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """)
            ).count == 1
        }
        try formerOwner.execute("COMMIT")
        try await processed
        #expect(try await notes.isEmpty)
        #expect(try await deadLetters == ["parked2"])
    }

    @Test("are no gaps to those who watch for gaps, nor is what somebody else took")
    func gaps() async throws {
        let (one, other) = (pipeline("parking.one"), pipeline("parking.other"))
        let messages = [
            message(1, "k", "m1"), message(2, "k", "m2"), message(3, "k", "poison"),
            message(4, "k", "m4"),
        ]
        try await one.process([messages[0]])
        try await other.process([messages[0], messages[1]])
        try await one.process([messages[1]])
        #expect(verdict(of: one, on: message(3, "k", "it follows a duplicate")) == .fine)

        try await other.process([messages[2]])
        #expect(try await deadLetters == ["poison3"])
        #expect(verdict(of: other, on: messages[3]) == .fine, "it follows one that is set aside")
        #expect(verdict(of: other, on: message(6, "k", "m6")) == .gap)
    }

    private func verdict(of pipeline: BatchPipeline, on message: ConsumedMessage)
        -> KeyWatch.Verdict?
    {
        let received = Received(message)
        guard let link = received.link, let envelope = try? received.envelope.get() else {
            return nil
        }
        return pipeline.watch.saw(envelope, link, in: message)
    }
}
