import Contracts
import Dispatch
import FoundationEssentials
import Kafka
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Offsets and commits", .tags(.database, .kafka))
struct OffsetTests {
    /// A topic of its own, its database, and loops of one group that read the one into the other.
    private struct Rig {
        let topic = "offsets-\(UInt32.random(in: 0 ... .max))"
        let kafka: KafkaConfiguration
        let database: Database

        init() async throws {
            kafka = try await TestBroker.shared.kafka
            try await TopicAdmin(kafka, logger: .quiet).createTopics([topic], partitions: 4)
            let test = try await TestDatabase.make(RunningHost.migrations)
            database = try Database(.init(url: test.url, connections: 6), logger: .quiet)
        }

        func produce(_ numbers: Range<Int>) async throws {
            let producer = try Producer(kafka, logger: .quiet)
            try await producer.produce(numbers.map(record))
            await producer.close()
        }

        private func record(_ number: Int) -> KafkaRecord {
            let envelope = Envelope(
                topic: topic, key: "k\(number % 20)", type: "test.v1", source: "/test",
                subject: "s", tenant: "acme", payload: Array("\(number)".utf8))
            let headers =
                [
                    (EnvelopeHeader.id, envelope.id.lowercased),
                    (EnvelopeHeader.type, envelope.type),
                    (EnvelopeHeader.time, RFC3339.format(envelope.time)),
                ] + envelope.storedHeaders.map { ($0.name, $0.value) }
            return KafkaRecord(
                topic: topic, key: Array(envelope.key.utf8), value: envelope.payload,
                headers: headers.map { ($0.0, Array($0.1.utf8)) })
        }

        /// Starts a member of the group. `before` runs inside each transaction, first.
        func consume(
            before: @escaping @Sendable () throws -> Void = {}
        ) -> Task<Void, any Error> {
            let pipeline = BatchPipeline(
                topic: ConsumedTopic(
                    topic: topic, group: topic, operation: topic,
                    handler: { envelopes, tx in
                        try before()
                        for envelope in envelopes {
                            try tx.execute(
                                Statement("INSERT INTO note (tenant, body) VALUES ($1, $2)"),
                                envelope.key, String(decoding: envelope.payload, as: UTF8.self))
                        }
                    }, afterCommit: nil), database: database, logger: .quiet)
            let loop = ConsumerLoop(
                makeConsumer: { [kafka, topic] in
                    try Consumer(kafka, group: topic, topics: [topic], logger: .quiet)
                }, pipelines: [topic: pipeline], logger: .quiet)
            return Task { try await loop.run() }
        }

        /// How often each message had its effect.
        func effects() async throws -> [Int: Int] {
            try await database.read { tx in
                let rows = try tx.query(Statement("SELECT body FROM note"))
                return try rows.reduce(into: [:]) {
                    $0[Int(try $1.read(0, as: String.self)) ?? -1, default: 0] += 1
                }
            }
        }

        func end(_ members: Task<Void, any Error>...) async throws {
            for member in members { member.cancel() }
            for member in members { try await member.value }
        }
    }

    @Test("what was never committed is read again, by whoever comes after")
    func neverCommitted() async throws {
        let rig = try await Rig()
        try await rig.produce(0..<200)
        let tried = Atomic(0)
        let failing = rig.consume {
            tried.wrappingAdd(1, ordering: .relaxed)
            throw InjectedFailure(name: "the database is away")
        }
        try await eventually("batches were tried") {
            tried.load(ordering: .relaxed) >= 3
        }
        // Its end stores what it has to store, and that must be nothing.
        try await rig.end(failing)
        let healthy = rig.consume()
        try await eventually("everything had its effect") {
            try await rig.effects().count == 200
        }
        try await rig.end(healthy)
        let times = Set(try await rig.effects().values)
        #expect(times == [1])
    }

    @Test("a member that loses partitions while its batch is in a transaction does nothing twice")
    func rebalance() async throws {
        let rig = try await Rig()
        try await rig.produce(0..<200)
        let (entered, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let isFirst = Atomic(true)
        let slow = rig.consume {
            guard isFirst.exchange(false, ordering: .relaxed) else { return }
            entered.signal()
            _ = release.wait(timeout: .now() + .seconds(60))
        }
        try await eventually("a batch is in its transaction") {
            entered.wait(timeout: .now()) == .success
        }
        // The second member takes partitions over and reads what the first has not committed.
        let second = rig.consume()
        try await rig.produce(200..<400)
        try await eventually("the second member works") {
            try await rig.effects().count > 0
        }
        release.signal()
        try await eventually("everything had its effect") {
            try await rig.effects().count == 400
        }
        try await rig.end(slow, second)
        let times = Set(try await rig.effects().values)
        #expect(times == [1])
    }
}
