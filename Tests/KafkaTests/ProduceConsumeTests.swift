import Kafka
import Logging
import TestSupport
import Testing

@Suite("Producing and consuming", .tags(.kafka))
struct ProduceConsumeTests {
    @Test("what is produced is consumed: key, value, headers, and a time")
    func roundTrip() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer()
        let value = [UInt8](0...255)
        try await producer.produce([
            KafkaRecord(
                topic: fixture.topic, key: [0, 1, 2], value: value,
                headers: [("ce_id", Array("x".utf8)), ("empty", []), ("bytes", [0, 255])]),
            KafkaRecord(topic: fixture.topic, key: nil, value: []),
        ])
        let consumer = try fixture.consumer()
        let messages = try await consumer.read(2)
        let keyed = try #require(messages.first { $0.key != nil })
        #expect(keyed.key == [0, 1, 2])
        #expect(keyed.value == value)
        #expect(keyed.headers.map(\.0) == ["ce_id", "empty", "bytes"])
        #expect(keyed.headers.map(\.1) == [Array("x".utf8), [], [0, 255]])
        #expect((keyed.timestamp ?? 0) > 1_600_000_000_000)
        #expect(messages.contains { $0.key == nil && $0.headers.isEmpty })
        await consumer.close()
        await producer.close()
    }

    @Test("20,000 records of 50 keys arrive once each, and in order for each key")
    func keyOrder() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer()
        for start in stride(from: 0, to: 20_000, by: 1000) {
            try await producer.produce(fixture.records(start..<start + 1000, keys: 50))
        }
        let consumer = try fixture.consumer()
        let messages = try await consumer.read(20_000)
        let byKey = Dictionary(grouping: messages, by: \.keyText)
        #expect(byKey.count == 50)
        for (key, messages) in byKey {
            let numbers = messages.compactMap(\.number)
            #expect(numbers == numbers.sorted(), "\(key)")
        }
        #expect(Set(messages.compactMap(\.number)) == Set(0..<20_000))
        await consumer.close()
        await producer.close()
    }

    @Test("a batch that is larger than the client's queue waits for room")
    func queueFull() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer(["queue.buffering.max.messages": "100"])
        try await producer.produce(fixture.records(0..<5000))
        let consumer = try fixture.consumer()
        let messages = try await consumer.read(5000)
        #expect(Set(messages.compactMap(\.number)) == Set(0..<5000))
        await consumer.close()
        await producer.close()
    }

    @Test("a record that is too large fails alone in its call, and the producer goes on")
    func tooLarge() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer()
        let huge = KafkaRecord(
            topic: fixture.topic, key: nil, value: [UInt8](repeating: 0, count: 2_000_000))
        let error = await #expect(throws: KafkaError.self) { try await producer.produce([huge]) }
        #expect(error?.code == .messageTooLarge)
        try await producer.produce(fixture.records(0..<1))
        await producer.close()
    }

    @Test("a closed producer refuses, and closing again does no harm")
    func closedProducer() async throws {
        let fixture = try await KafkaFixture.make()
        let producer = try fixture.producer()
        await producer.close()
        await producer.close()
        let error = await #expect(throws: KafkaError.self) {
            try await producer.produce(fixture.records(0..<1))
        }
        #expect(error?.code == .closed)
    }

    @Test("creating topics that exist, and deleting ones that do not, is fine")
    func topics() async throws {
        let fixture = try await KafkaFixture.make(partitions: 3)
        try await fixture.admin.createTopics([fixture.topic], partitions: 3)
        #expect(try await fixture.admin.topics()[fixture.topic] == 3)
        try await fixture.admin.deleteTopics(["test-that-never-was"])
        try await fixture.admin.deleteTopics([fixture.topic])
        #expect(try await fixture.admin.topics()[fixture.topic] == nil)
    }

    @Test("an unknown setting is an error that names it", .tags(.unit))
    func unknownSetting() {
        let configuration = KafkaConfiguration(bootstrapServers: "x:1", ["no.such.thing": "1"])
        let error = #expect(throws: KafkaError.self) {
            try Producer(configuration, logger: .quiet)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("no.such.thing") == true)
    }

    @Test("nobody there: listing topics ends with an error, in time")
    func nobodyThere() async throws {
        let admin = TopicAdmin(
            KafkaConfiguration(bootstrapServers: "127.0.0.1:1"), logger: .quiet,
            timeout: .seconds(1))
        let error = await #expect(throws: KafkaError.self) { try await admin.topics() }
        #expect(error?.code == .transport || error?.code == .timedOut)
    }
}
