import Kafka
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A relay's publisher", .tags(.kafka))
struct PublisherTests {
    /// Publishes one row of that size, as one transaction.
    private func publish(
        _ size: Int, _ number: Int64, to topic: String, _ publisher: inout Publisher
    ) throws {
        let topic = Array(topic.utf8)
        let payload = [UInt8](repeating: 32, count: size)
        publisher.begin(committedAt: nil)
        let isQueued = try topic.withUnsafeBytes { topic in
            try payload.withUnsafeBytes { payload in
                let none = UnsafeRawBufferPointer(start: nil, count: 0)
                return try publisher.publish(
                    OutboxRow(
                        id: .number(number), topic: topic, key: none, type: none, payload: payload,
                        headers: none, createdAt: 0, position: nil))
            }
        }
        #expect(isQueued)
        publisher.commit(end: .zero)
    }

    @Test("has no room for more than so many bytes on their way, and room again afterwards")
    func bytes() async throws {
        let mock = try MockKafka()
        mock.createTopic("large", partitions: 1)
        let kafka = KafkaConfiguration(
            bootstrapServers: mock.bootstrapServers, ["queue.buffering.max.kbytes": "1024"])
        var publisher = try Publisher(
            kafka, metrics: SourceMetrics(source: "publisher"), logger: .quiet)
        for _ in 0..<3 {
            // Reports are taken in `collect` only: nothing is delivered before.
            var hadRoom: [Bool] = []
            for number in 1...2 as ClosedRange<Int64> {
                try publish(600_000, number, to: "large", &publisher)
                hadRoom.append(publisher.hasRoom)
            }
            let end = ContinuousClock.now + .seconds(20)
            while publisher.window.undelivered > 0, .now < end {
                try publisher.collect(milliseconds: 100)
            }
            hadRoom.append(publisher.hasRoom)
            #expect(hadRoom == [true, false, true])
        }
    }
}
