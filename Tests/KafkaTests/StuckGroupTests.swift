import Kafka
import TestSupport
import Testing

/// On the embedded broker, which waits long for a leader that is silent.
@Suite("A group that nobody gets into", .serialized, .tags(.kafka, .fault))
struct StuckGroupTests {
    /// A consumer that takes its group for stuck after two seconds.
    private static let settings = [
        "ends.stuck.groups": "true", "session.timeout.ms": "1000", "heartbeat.interval.ms": "300",
    ]

    private func port(_ fixture: KafkaFixture) throws -> Int {
        try #require(Int(fixture.broker.bootstrapServers.split(separator: ":").last ?? ""))
    }

    /// Left alone, this one would let the consumer in when its silent member has been given up, and
    /// there would be nothing to read.
    @Test("is deleted with its offsets, and its members begin anew")
    func deleted() async throws {
        let fixture = try await KafkaFixture.make(partitions: 1)
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<20))
        let first = try fixture.consumer(Self.settings)
        _ = try await first.read(20, storing: true)
        await first.close()
        let silent = try SilentMember(
            group: "group-\(fixture.topic)", topic: fixture.topic, port: port(fixture))
        let consumer = try fixture.consumer(Self.settings)
        let messages = try await consumer.read(20, within: .seconds(60))
        #expect(messages.compactMap(\.number) == Array(0..<20))
        await consumer.close()
        await producer.close()
        _ = consume silent
    }

    @Test("is left alone while it assigns partitions, and keeps its offsets")
    func healthy() async throws {
        let fixture = try await KafkaFixture.make(partitions: 1)
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<20))
        let consumer = try fixture.consumer(Self.settings)
        _ = try await consumer.read(20, storing: true)
        let end = ContinuousClock.now + .seconds(5)
        try await eventually(within: .seconds(20), "it has had partitions for long enough") {
            _ = try await consumer.nextBatch(max: 1, within: .milliseconds(200))
            return ContinuousClock.now > end
        }
        await consumer.close()

        try await producer.produce(fixture.records(20..<30))
        let next = try fixture.consumer(Self.settings)
        #expect(
            try await next.read(10, within: .seconds(60)).compactMap(\.number) == Array(20..<30))
        await next.close()
        await producer.close()
    }
}
