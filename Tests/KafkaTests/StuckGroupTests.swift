import Kafka
import TestSupport
import Testing

@Suite("A group that assigns nothing", .serialized, .tags(.kafka, .fault))
struct StuckGroupTests {
    /// A consumer that takes its group for stuck after that many seconds.
    private func consumer(
        _ fixture: KafkaFixture, patience: Int, topic: String? = nil
    ) throws -> Consumer {
        var configuration = fixture.configuration
        configuration.settings = [
            "ends.stuck.groups": "true", "session.timeout.ms": "\(patience * 500)",
            "heartbeat.interval.ms": "300",
        ]
        return try Consumer(
            configuration, group: "group-\(fixture.topic)", topics: [topic ?? fixture.topic],
            logger: .quiet)
    }

    /// A topic of which 20 records were read and their offsets stored.
    private func read() async throws -> KafkaFixture {
        let fixture = try await KafkaFixture.make(partitions: 1)
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<20))
        let first = try fixture.consumer()
        _ = try await first.read(20, storing: true)
        await first.close()
        try await producer.produce(fixture.records(20..<30))
        await producer.close()
        return fixture
    }

    /// Gives the numbers that were read.
    private func poll(_ consumer: Consumer, for time: Duration) async throws -> [Int] {
        let end = ContinuousClock.now + time
        var numbers: [Int] = []
        try await eventually(within: time * 3, "it has polled for long enough") {
            let batch = try await consumer.nextBatch(max: 100, within: .milliseconds(200))
            numbers += batch.compactMap(\.number)
            consumer.store(batch)
            return ContinuousClock.now > end
        }
        await consumer.close()
        return numbers
    }

    @Test("to its member for two session timeouts is deleted with its offsets, and begins anew")
    func deleted() async throws {
        let fixture = try await read()
        // A topic that is not there is never assigned.
        let waiting = try consumer(fixture, patience: 1, topic: "none-\(fixture.topic)")
        #expect(try await poll(waiting, for: .seconds(3)) == [])
        let next = try fixture.consumer()
        #expect(try await next.read(30).compactMap(\.number) == Array(0..<30))
        await next.close()
    }

    @Test("for long, but once has, is left alone and keeps its offsets")
    func healthy() async throws {
        let fixture = try await read()
        let member = try consumer(fixture, patience: 8)
        #expect(try await poll(member, for: .seconds(11)) == Array(20..<30))
    }
}
