import Contracts
import FoundationEssentials
import Kafka
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Batches of messages", .tags(.database))
struct BatchPipelineTests {
    struct Refused: Error {}

    /// A pipeline whose handler writes a note for each message, and its database.
    private final class Fixture: Sendable {
        let database: Database
        let operation: String
        /// How often a transaction fails before it is let pass.
        let outages: Mutex<[any Error]>
        let commits = Atomic(0)

        init(_ operation: String, outages: [any Error] = []) async throws {
            self.operation = operation
            self.outages = Mutex(outages)
            let test = try await TestDatabase.make(RunningHost.migrations)
            database = try Database(.init(url: test.url, connections: 2), logger: .quiet)
        }

        func process(_ messages: [ConsumedMessage]) async throws {
            try await BatchPipeline(
                topic: ConsumedTopic(
                    topic: "t", group: "g", operation: operation,
                    handler: { envelopes, tx in
                        let outage = self.outages.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                        if let outage { throw outage }
                        for envelope in envelopes {
                            let text = String(decoding: envelope.payload, as: UTF8.self)
                            try tx.execute(
                                Statement("INSERT INTO note (tenant, body) VALUES ($1, $2)"),
                                envelope.key, text)
                            if text == "poison" { throw Refused() }
                        }
                    }, afterCommit: { self.commits.wrappingAdd(1, ordering: .relaxed) }),
                database: database, logger: .quiet
            ).process(messages)
        }

        func column(_ sql: Statement) async throws -> [String] {
            try await database.read { tx in
                try tx.query(sql).map { try $0.read(0, as: String.self) }
            }
        }

        var notes: [String] {
            get async throws { try await column(Statement("SELECT body FROM note ORDER BY id")) }
        }

        var deadLetters: [String] {
            get async throws {
                try await column(
                    Statement(
                        """
                        SELECT kind || ' ' || "offset" || ' ' || coalesce(convert_from(payload, 'UTF8'), '-')
                        FROM dead_letters ORDER BY id
                        """))
            }
        }

        var parked: [String] {
            get async throws { try await column(Statement("SELECT key FROM parked_key")) }
        }
    }

    private func message(_ offset: Int64, _ key: String, _ payload: String) -> ConsumedMessage {
        let envelope = Envelope(
            topic: "t", key: key, type: "test.v1", source: "/test", subject: "s", tenant: "acme",
            payload: Array(payload.utf8))
        let headers =
            [
                (EnvelopeHeader.id, envelope.id.lowercased), (EnvelopeHeader.type, envelope.type),
                (EnvelopeHeader.time, RFC3339.format(envelope.time)),
            ] + envelope.storedHeaders.map { ($0.name, $0.value) }
        return ConsumedMessage(
            topic: "t", partition: 0, offset: offset, key: Array(key.utf8),
            value: envelope.payload, headers: headers.map { ($0.0, Array($0.1.utf8)) })
    }

    @Test("a batch is one transaction, and what comes again has no effect again")
    func deduplicates() async throws {
        let fixture = try await Fixture("pipeline.dedup")
        let messages = (0..<5).map { message(Int64($0), "k\($0 % 2)", "m\($0)") }
        try await fixture.process(messages + [messages[2]])
        try await fixture.process(messages)
        #expect(try await fixture.notes == ["m0", "m1", "m2", "m3", "m4"])
        #expect(try await fixture.deadLetters.isEmpty)
        #expect(fixture.commits.load(ordering: .relaxed) == 2)
    }

    @Test("the poison message is found and parked with its key, while the others flow in order")
    func isolatesPoison() async throws {
        let fixture = try await Fixture("pipeline.poison")
        var messages = (0..<40).map { message(Int64($0), "k\($0 % 4)", "m\($0)") }
        messages[17] = message(17, "k1", "poison")
        try await fixture.process(messages)
        let others = (0..<40).filter { $0 != 17 && !($0 > 17 && $0 % 4 == 1) }.map { "m\($0)" }
        #expect(try await fixture.notes == others)
        let held =
            ["poison 17 poison"]
            + stride(from: 21, to: 40, by: 4).map { "parked \($0) m\($0)" }
        #expect(try await fixture.deadLetters == held)
        #expect(try await fixture.parked == ["k1"])

        try await fixture.process(messages + [message(40, "k1", "m40"), message(41, "k2", "m41")])
        #expect(try await fixture.notes == others + ["m41"], "redelivery changes nothing")
        #expect(try await fixture.deadLetters == held + ["parked 40 m40"])
    }

    @Test("what is no envelope goes to the dead letters and holds nothing back")
    func setsUndecodableAside() async throws {
        let fixture = try await Fixture("pipeline.undecodable")
        let broken = [
            ConsumedMessage(topic: "t", partition: 0, offset: 0, key: nil, value: [1]),
            ConsumedMessage(topic: "t", partition: 0, offset: 1, key: Array("k".utf8), value: nil),
            ConsumedMessage(
                topic: "t", partition: 0, offset: 2, key: [0], value: Array("a".utf8)),
            ConsumedMessage(
                topic: "t", partition: 0, offset: 3, key: Array("k".utf8), value: Array("b".utf8),
                headers: [(EnvelopeHeader.id, [0xFF, 0x00])]),
        ]
        for _ in 0..<2 {
            try await fixture.process([broken[0], message(9, "k", "m9")] + broken[1...])
        }
        #expect(try await fixture.notes.first == "m9")
        #expect(try await fixture.deadLetters.count == 4)
        #expect(try await fixture.parked.isEmpty)
    }

    @Test("an outage of the database delays a batch and condemns nothing")
    func survivesOutages() async throws {
        let fixture = try await Fixture(
            "pipeline.outage",
            outages: [
                PostgresError(.connectionFailed, ""), PostgresError(.commitOutcomeUnknown, ""),
                PostgresError(.overloaded, ""), PostgresError(.queryCanceled, ""),
            ])
        try await fixture.process((0..<4).map { message(Int64($0), "k", "m\($0)") })
        #expect(try await fixture.notes == ["m0", "m1", "m2", "m3"])
        #expect(try await fixture.deadLetters.isEmpty)
    }

    @Test("what a handler cannot do yet is tried until it can, and nothing is condemned")
    func notYet() async throws {
        let notYet = Problem.unavailable(code: HostCode.clockBehind, detail: "Not yet.")
        let fixture = try await Fixture(
            "not-yet", outages: Array(repeating: notYet, count: 6))
        try await fixture.process([message(0, "a", "1"), message(1, "a", "2")])
        #expect(try await fixture.notes == ["1", "2"])
        #expect(try await fixture.deadLetters == [])
    }

    @Test("a message that fails once for a race is not taken for poison")
    func forgivesRaces() async throws {
        let race = PostgresError(.uniqueViolation, "")
        let fixture = try await Fixture("pipeline.race", outages: [race, race])
        try await fixture.process([message(0, "k", "m0")])
        #expect(try await fixture.notes == ["m0"])
        #expect(try await fixture.deadLetters.isEmpty)
    }

    @Test("an injected failure before the commit repeats the batch, one after it does not")
    func honoursFailpoints() async throws {
        try Failpoint.arm(from: [
            "FAILPOINTS": "pipeline.failpoint.before-commit=error@1;"
                + "pipeline.failpoint.after-commit=error"
        ])
        let fixture = try await Fixture("pipeline.failpoint")
        try await fixture.process([message(0, "k", "m0")])
        #expect(try await fixture.notes == ["m0"])
        #expect(fixture.commits.load(ordering: .relaxed) == 1)
    }
}
