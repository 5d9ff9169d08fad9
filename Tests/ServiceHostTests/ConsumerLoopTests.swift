import Contracts
import FoundationEssentials
import Kafka
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Consumers on a broker", .tags(.database, .kafka))
struct ConsumerLoopTests {
    private func record(_ topic: String, _ number: Int) -> KafkaRecord {
        let envelope = Envelope(
            topic: topic, key: "k\(number % 3)", type: "test.v1", source: "/test",
            subject: "s", tenant: "acme", payload: Array("m\(number)".utf8))
        let headers =
            [
                (EnvelopeHeader.id, envelope.id.lowercased), (EnvelopeHeader.type, envelope.type),
                (EnvelopeHeader.time, RFC3339.format(envelope.time)),
            ] + envelope.storedHeaders.map { ($0.name, $0.value) }
        return KafkaRecord(
            topic: topic, key: Array(envelope.key.utf8), value: envelope.payload,
            headers: headers.map { ($0.0, Array($0.1.utf8)) })
    }

    /// Runs a loop until the condition holds; its end is that of a process that is told to stop.
    private func consume(
        _ topic: String, into database: Database, from broker: TestBroker,
        until condition: @Sendable () async throws -> Bool
    ) async throws {
        let pipeline = BatchPipeline(
            topic: ConsumedTopic(
                topic: topic, group: topic, operation: topic,
                handler: { envelopes, tx in
                    for envelope in envelopes {
                        try tx.execute(
                            Statement("INSERT INTO note (tenant, body) VALUES ($1, $2)"),
                            envelope.key, String(decoding: envelope.payload, as: UTF8.self))
                    }
                }, afterCommit: nil), database: database, logger: .quiet)
        let kafka = broker.kafka
        let loop = ConsumerLoop(
            makeConsumer: {
                try Consumer(kafka, group: topic, topics: [topic], logger: .quiet)
            }, pipelines: [topic: pipeline], logger: .quiet)
        let running = Task { try await loop.run() }
        try await eventually("the messages arrive", condition)
        running.cancel()
        try await running.value
    }

    @Test("messages arrive once and in their key's order, also after the loop is run again")
    func consumes() async throws {
        let broker = try await TestBroker.shared
        let topic = "loop-\(UInt32.random(in: 0 ... .max))"
        let kafka = broker.kafka
        try await TopicAdmin(kafka, logger: .quiet).createTopics([topic], partitions: 2)
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 2), logger: .quiet)
        let producer = try Producer(kafka, logger: .quiet)
        let notes: @Sendable () async throws -> [String: [String]] = {
            try await database.read { tx in
                let rows = try tx.query(Statement("SELECT tenant, body FROM note ORDER BY id"))
                return try rows.reduce(into: [:]) {
                    $0[try $1.read(0, as: String.self), default: []].append(try $1.read(1))
                }
            }
        }
        let expected: @Sendable (Int) -> [String: [String]] = { count in
            Dictionary(grouping: 0..<count) { "k\($0 % 3)" }.mapValues { $0.map { "m\($0)" } }
        }

        try await producer.produce((0..<300).map { record(topic, $0) })
        try await consume(topic, into: database, from: broker) {
            try await notes() == expected(300)
        }
        try await producer.produce((300..<330).map { record(topic, $0) })
        try await consume(topic, into: database, from: broker) {
            try await notes() == expected(330)
        }

        let inbox = try await database.read { tx in
            try tx.query(Statement("SELECT count(*) FROM inbox")).first?.read(0, as: Int64.self)
        }
        #expect(inbox == 330)
        await producer.close()
        await database.close()
    }
}
