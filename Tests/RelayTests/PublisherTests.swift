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

    @Test("has no room for more than 64 MiB on their way, unless it is told otherwise")
    func defaultBytes() async throws {
        let mock = try MockKafka()
        mock.createTopic("large", partitions: 1)
        var publisher = try Publisher(
            KafkaConfiguration(bootstrapServers: mock.bootstrapServers),
            metrics: SourceMetrics(source: "publisher"), logger: .quiet)
        var number: Int64 = 0
        // Nothing is collected: all of it is on its way.
        while publisher.hasRoom, number < 100 {
            number += 1
            try publish(990_000, number, to: "large", &publisher)
        }
        #expect(number == 64 * 1024 * 1024 / 990_000 + 1)
    }

    @Test("has no room for more than 1,000,000 transactions behind one that is not delivered")
    func transactions() async throws {
        let mock = try MockKafka()
        mock.createTopic("slow", partitions: 1)
        var publisher = try Publisher(
            KafkaConfiguration(bootstrapServers: mock.bootstrapServers),
            metrics: SourceMetrics(source: "publisher"), logger: .quiet)
        try publish(1, 1, to: "slow", &publisher)
        for _ in 2..<1_000_000 {
            publisher.begin(committedAt: nil)
            publisher.commit(end: .zero)
        }
        var hadRoom = [publisher.hasRoom]
        publisher.begin(committedAt: nil)
        publisher.commit(end: .zero)
        hadRoom.append(publisher.hasRoom)
        let end = ContinuousClock.now + .seconds(20)
        while publisher.window.undelivered > 0, .now < end {
            try publisher.collect(milliseconds: 100)
        }
        hadRoom.append(publisher.hasRoom)
        #expect(hadRoom == [true, false, true])
    }

    @Test("sends nothing behind what a broker refuses, which might be of the same key")
    func gapless() async throws {
        let mock = try MockKafka()
        mock.createTopic("gap", partitions: 1)
        mock.answer(produce: [.tooLarge])
        // The mock takes what is in flight already, where a broker knows that it comes too soon.
        let kafka = KafkaConfiguration(
            bootstrapServers: mock.bootstrapServers,
            ["batch.num.messages": "1", "max.in.flight.requests.per.connection": "1"])
        var publisher = try Publisher(
            kafka, metrics: SourceMetrics(source: "publisher"), logger: .quiet)
        for number in 1...3 as ClosedRange<Int64> { try publish(1, number, to: "gap", &publisher) }
        let error = #expect(throws: KafkaError.self) {
            for _ in 0..<100 { try publisher.collect(milliseconds: 100) }
        }
        #expect(error?.code == .messageTooLarge)

        let plain = KafkaConfiguration(bootstrapServers: mock.bootstrapServers)
        let (other, consumer) = (
            try Producer(plain, logger: .quiet),
            try Consumer(plain, group: "gap", topics: ["gap"], logger: .quiet)
        )
        // The consumer needs longer to join than a record to arrive.
        try await other.produce([KafkaRecord(topic: "gap", key: nil, value: Array("other".utf8))])
        var values: [[UInt8]?] = []
        try await eventually("the other's record is read") {
            values += try await consumer.nextBatch(max: 10, within: .seconds(1)).map(\.value)
            return values.contains(Array("other".utf8))
        }
        values += try await consumer.nextBatch(max: 10, within: .seconds(1)).map(\.value)
        #expect(values == [Array("other".utf8)])
        // It lives until here, and might have sent them.
        let topics = publisher.topics
        #expect(topics == ["gap"])
        await consumer.close()
        await other.close()
    }
}
