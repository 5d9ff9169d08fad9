import Kafka
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Relay

@Suite("A topic that takes less than is sent", .serialized, .tags(.database, .kafka))
struct TopicLimitTests {
    /// A rig whose topic takes batches of so many bytes. The embedded broker says so, and takes all.
    private func rig(limit: Int) async throws -> RelayRig {
        var rig = try await RelayRig.make()
        rig.topic += "-small"
        try await TopicAdmin(rig.kafka, logger: .quiet).createTopics(
            [rig.topic], partitions: 1, settings: ["max.message.bytes": "\(limit)"])
        return rig
    }

    @Test("has what it will not take parked before it is sent, with its key; others flow")
    func parked() async throws {
        let rig = try await rig(limit: 2000)
        for padding in [0, 5000, 0] {
            try await rig.write(key: 0, padding: padding)
            try await rig.write(key: 1)
        }
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(2)
            #expect(try await rig.numbers(count: 4) == ["0": [1], "1": [1, 2, 3]])
            let desk = ParkingDesk(source: rig.name, url: rig.database.relayURL)
            let line = try #require(try desk.list().first)
            #expect(line.contains("too-large: topic \(rig.topic), key 0, 1 behind"))
            #expect(line.contains("max.message.bytes is 2000"))
        }
    }

    @Test("is asked again when a row is released, which goes once it takes it")
    func released() async throws {
        let rig = try await rig(limit: 2000)
        try await rig.write(key: 0, padding: 5000)
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(1)
            let admin = TopicAdmin(rig.kafka, logger: .quiet)
            try await admin.deleteTopics([rig.topic])
            try await admin.createTopics([rig.topic], partitions: 1)
            let desk = ParkingDesk(source: rig.name, url: rig.database.relayURL)
            #expect(try desk.release() == 1)
            try await rig.eventuallyParked(0)
            #expect(try await rig.numbers(count: 1) == ["0": [1]])
        }
    }

    @Test("is asked again when a session begins, since it may take less by then")
    func lowered() async throws {
        let rig = try await rig(limit: 100_000)
        try await rig.write(key: 1)
        try await relaying(rig.source()) {
            _ = try await rig.numbers(count: 1)
            let admin = TopicAdmin(rig.kafka, logger: .quiet)
            try await admin.deleteTopics([rig.topic])
            try await admin.createTopics(
                [rig.topic], partitions: 1, settings: ["max.message.bytes": "2000"])
            let reader =
                "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '\(rig.slot)'"
            let first: Int32 = try rig.superuser(reader)[0].read(0)
            try rig.superuser("SELECT pg_terminate_backend(\(first))")
            try await eventually("another session begins") {
                let next: Int32? = try rig.superuser(reader)[0].read(0)
                return next.map { $0 != first } ?? false
            }
            try await rig.write(key: 0, padding: 5000)
            try await rig.eventuallyParked(1)
        }
    }

    @Test("is known by what it said last, which is logged once")
    func raised() async throws {
        let rig = try await rig(limit: 2000)
        let admin = TopicAdmin(rig.kafka, logger: .quiet)
        let lines = LogCapture()
        let limits = TopicLimits(rig.kafka, logger: lines.logger)
        limits.learn(rig.topic)
        #expect(limits.limit(of: rig.topic) == 2000)
        #expect(limits.batch == 2000)
        limits.renew([rig.topic])
        #expect(lines.count(containing: "takes less") == 1)
        try await admin.deleteTopics([rig.topic])
        try await admin.createTopics([rig.topic], partitions: 1)
        limits.learn(rig.topic)
        #expect(limits.limit(of: rig.topic) == 2000)
        limits.renew()
        #expect(limits.limit(of: rig.topic) == nil)
        #expect(limits.batch == nil)
    }

    @Test("is known by what it said last while no broker answers, too")
    func silent() async throws {
        let broker = try await TestBroker.start()
        try await TopicAdmin(broker.kafka, logger: .quiet).createTopics(
            ["small"], partitions: 1, settings: ["max.message.bytes": "2000"])
        let lines = LogCapture()
        let limits = TopicLimits(broker.kafka, logger: lines.logger)
        limits.renew(["small"])
        await broker.freeze()
        limits.renew()
        #expect(limits.limit(of: "small") == 2000)
        #expect(limits.batch == 2000)
        #expect(lines.count(containing: "is unknown") == 0)
        await broker.thaw()
        await broker.stop()
    }

    @Test("and of which the cluster does not tell is sent all, and that is logged once")
    func unknown() async throws {
        // It knows no such request.
        let mock = try MockKafka()
        for topic in ["first", "second"] { mock.createTopic(topic, partitions: 1) }
        let lines = LogCapture()
        let limits = TopicLimits(
            KafkaConfiguration(bootstrapServers: mock.bootstrapServers), logger: lines.logger)
        for _ in 0..<3 { limits.renew(["first", "second"]) }
        limits.learn("first")
        #expect(limits.limit(of: "first") == nil)
        #expect(limits.batch == nil)
        #expect(lines.count(containing: "max.message.bytes is unknown") == 1)
    }

    @Test("gets no batch that is larger, nor does any other, though it is not known beforehand")
    func batches() async throws {
        let rig = try await rig(limit: 20_000)
        for _ in 0..<5 { try await rig.write(writers: 4, each: 10) }
        let lines = LogCapture()
        var kafka = rig.kafka
        kafka.settings = ["debug": "msg", "linger.ms": "50"]
        let source = Source(
            name: rig.name, url: rig.database.relayURL, kafka: kafka, topics: [],
            logger: lines.logger)
        try rig.superuser(
            """
            INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
            SELECT gen_random_uuid(), '\(rig.topic)', 'a', '9', 't', repeat('x', 3000)::bytea, '{}'
            FROM generate_series(1, 50)
            """)
        try await relaying(source) {
            _ = try await rig.numbers(count: 250)
        }
        let sizes = lines.numbers(/MessageSet with \d+ message\(s\) \((\d+) bytes/)
        #expect(sizes.count > 1)
        #expect(sizes.allSatisfy { $0 <= 20_000 }, "\(sizes)")
    }

    @Test("is compared with what a record takes in a batch of its own", arguments: [0, 30, 9000])
    func size(value: Int) async throws {
        let mock = try MockKafka()
        mock.createTopic("t", partitions: 1)
        let lines = LogCapture()
        var producer = try DirectProducer(
            KafkaConfiguration(bootstrapServers: mock.bootstrapServers, ["debug": "msg"]),
            logger: lines.logger)
        let topic = try producer.topic("t")
        var headers = RecordHeaders()
        headers.append("ce_id", "1")
        headers.append("long", String(repeating: "x", count: 100))
        let bytes = [UInt8](repeating: 32, count: value)
        try bytes.withUnsafeBytes { bytes in
            let isQueued = try producer.enqueue(
                topic, key: .init(rebasing: bytes.prefix(5)), value: bytes, headers: headers,
                token: 1)
            #expect(isQueued)
        }
        var reports = DeliveryReports()
        try await eventually("it is delivered") {
            producer.poll(milliseconds: 100, into: &reports)
            return reports.delivered.count == 1
        }
        let sizes = lines.numbers(/MessageSet with 1 message\(s\) \((\d+) bytes/)
        #expect(sizes == [headers.batchSize(key: min(5, value), value: value)])
    }
}

/// Keeps what is logged.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger {
        var logger = Logger(label: "capture") { _ in Handler(capture: self) }
        logger.logLevel = .trace
        return logger
    }

    func count(containing text: String) -> Int {
        lines.withLock { $0.count { $0.contains(text) } }
    }

    /// The numbers that the pattern finds.
    func numbers(_ pattern: Regex<(Substring, Substring)>) -> [Int] {
        lines.withLock { $0.compactMap { $0.firstMatch(of: pattern).flatMap { Int($0.1) } } }
    }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            capture.lines.withLock { $0.append("\(event.message)") }
        }
    }
}
