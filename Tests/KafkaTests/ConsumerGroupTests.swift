import Kafka
import TestSupport
import Testing

@Suite("Consumer groups", .tags(.kafka))
struct ConsumerGroupTests {
    @Test("offsets are stored only when told: the next member begins behind the last stored one")
    func storedOffsets() async throws {
        let fixture = try await KafkaFixture.make(partitions: 1)
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<100))
        let first = try fixture.consumer()
        let messages = try await first.read(100)
        first.store(messages.prefix(40))
        await first.close()

        let second = try fixture.consumer()
        #expect(try await second.read(60).compactMap(\.number) == Array(40..<100))
        await second.close()
        await producer.close()
    }

    @Test("work of a partition that was taken away is not stored, and its new owner does it")
    func revokedWork() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<200, keys: 50))
        let slow = try fixture.consumer()
        let held = try await slow.read(200)
        let second = try fixture.consumer()
        // Both poll until the group has shared the partitions out.
        try await eventually("each has two partitions") {
            async let ours = slow.nextBatch(max: 1, within: .milliseconds(100))
            async let theirs = second.nextBatch(max: 0, within: .milliseconds(100))
            _ = try await (ours, theirs)
            return slow.assignment.count == 2 && second.assignment.count == 2
        }
        slow.store(held)
        await slow.close()
        await second.close()

        // Nothing was stored, not even of the partitions that came back: another assignment.
        let third = try fixture.consumer()
        let again = try await third.read(200)
        #expect(Set(again.compactMap(\.number)) == Set(0..<200))
        await third.close()
        await producer.close()
    }

    @Test("a message that arrives is handed over at once, not when the time is up")
    func promptness() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer()
        let consumer = try fixture.consumer()
        try await producer.produce(fixture.records(0..<1))
        _ = try await consumer.read(1)
        let clock = ContinuousClock()
        var times: [Duration] = []
        for number in 0..<50 {
            let time = try await clock.measure {
                try await producer.produce(fixture.records(number..<number + 1))
                #expect(try await consumer.nextBatch(max: 500, within: .seconds(10)).count == 1)
            }
            times.append(time)
        }
        let median = times.sorted()[25]
        // Some milliseconds at rest; the limit leaves room for a machine that is busy testing.
        #expect(median < .seconds(1), "produce to consume")
        await consumer.close()
        await producer.close()
    }

    @Test("a paused partition is silent, a resumed one goes on, and a seek goes back")
    func pauseAndSeek() async throws {
        let fixture = try await KafkaFixture.make(partitions: 1)
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<10))
        let consumer = try fixture.consumer()
        _ = try await consumer.read(10)

        try consumer.pause(fixture.topic, 0)
        try await producer.produce(fixture.records(10..<20))
        #expect(try await consumer.nextBatch(max: 100, within: .milliseconds(500)).isEmpty)
        try consumer.resume(fixture.topic, 0)
        #expect(try await consumer.read(10).compactMap(\.number) == Array(10..<20))

        try await consumer.seek(fixture.topic, 0, to: 5)
        #expect(try await consumer.read(15).compactMap(\.number) == Array(5..<20))
        let error = await #expect(throws: KafkaError.self) {
            try await consumer.seek(fixture.topic, 7, to: 0)
        }
        #expect(error?.code == .notAssigned)
        await consumer.close()
        await producer.close()
    }

    @Test("cancelling a task that waits gives an empty batch soon")
    func cancellation() async throws {
        let fixture = try await KafkaFixture.make()
        let consumer = try fixture.consumer()
        let waiting = Task { try await consumer.nextBatch(max: 1, within: .seconds(60)) }
        waiting.cancel()
        let start = ContinuousClock.now
        #expect(try await waiting.value.isEmpty)
        let time = ContinuousClock.now - start
        #expect(time < .seconds(10))
        await consumer.close()
    }

    @Test("a closed consumer says so, to those who wait already too")
    func closed() async throws {
        let fixture = try await KafkaFixture.make()
        let consumer = try fixture.consumer()
        await consumer.close()
        await consumer.close()
        let error = await #expect(throws: KafkaError.self) {
            try await consumer.nextBatch(max: 1, within: .seconds(1))
        }
        #expect(error?.code == .closed)
        #expect(throws: KafkaError.self) { try consumer.pause(fixture.topic, 0) }
        consumer.store([])
    }

    @Test("a topic that is made after its consumer is found")
    func lateTopic() async throws {
        let fixture = try await KafkaFixture.make()
        let late = "late-\(fixture.topic)"
        let consumer = try Consumer(
            fixture.configuration, group: late, topics: [late], logger: .quiet)
        _ = try await consumer.nextBatch(max: 1, within: .milliseconds(200))
        try await fixture.admin.createTopics([late], partitions: 2)
        let producer = try fixture.producer()
        try await producer.produce([KafkaRecord(topic: late, key: nil, value: [1])])
        #expect(try await consumer.read(1).count == 1)
        await consumer.close()
        await producer.close()
    }
}
