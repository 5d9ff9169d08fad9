import Kafka
import LocalStack
import TestSupport
import Testing

@Suite("Outages", .tags(.kafka, .fault))
struct OutageTests {
    @Test("connections cut again and again: every record arrives, none twice, in order of its key")
    func cuts() async throws {
        let fixture = try await KafkaFixture.make(own: true)
        let producer = try fixture.producer()
        let consumer = try fixture.consumer()
        for start in stride(from: 0, to: 20_000, by: 500) {
            async let produced: Void = producer.produce(fixture.records(start..<start + 500))
            if start % 2500 == 0 { try await fixture.broker.proxy.dropConnections() }
            try await produced
        }
        let messages = try await consumer.read(20_000, within: .seconds(60))
        for (key, messages) in Dictionary(grouping: messages, by: \.keyText) {
            // The consumer may read a batch again that it had fetched when it was cut.
            let numbers = messages.compactMap(\.number)
            #expect(numbers == numbers.sorted(), "\(key)")
        }
        #expect(Set(messages.compactMap(\.number)) == Set(0..<20_000))
        await consumer.close()
        await producer.close()
        await fixture.broker.stop()
    }

    @Test("a broker that comes back empty: the consumer goes on, a new producer writes on")
    func emptyBroker() async throws {
        let fixture = try await KafkaFixture.make(own: true)
        let consumer = try fixture.consumer()
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<50))
        _ = try await consumer.read(50, storing: true)

        try await fixture.broker.restartEmpty()
        try await fixture.admin.createTopics([fixture.topic], partitions: 4)
        let error = await #expect(throws: KafkaError.self) {
            try await producer.produce(fixture.records(50..<51))
        }
        #expect(error?.code == .fatal || error?.code == .purged)
        await producer.close()

        let next = try fixture.producer()
        try await next.produce(fixture.records(100..<150))
        // The failed record may be in the log nevertheless.
        var numbers: Set<Int> = []
        try await eventually("what the new producer wrote") {
            numbers.formUnion(
                try await consumer.nextBatch(max: 100, within: .milliseconds(200))
                    .compactMap(\.number))
            return numbers.isSuperset(of: 100..<150)
        }
        await consumer.close()
        await next.close()
        await fixture.broker.stop()
    }

    @Test("a broker that is away: producing waits, and goes through when it is back")
    func away() async throws {
        let fixture = try await KafkaFixture.make(own: true)
        let producer = try fixture.producer()
        try await producer.produce(fixture.records(0..<1))
        try await fixture.broker.proxy.cut()
        let waiting = Task { try await producer.produce(fixture.records(1..<100)) }
        try await eventually("cut off") { try await fixture.broker.proxy.connections() == 0 }
        try await fixture.broker.proxy.resume()
        try await waiting.value
        let consumer = try fixture.consumer()
        #expect(Set(try await consumer.read(100).compactMap(\.number)) == Set(0..<100))
        await consumer.close()
        await producer.close()
        await fixture.broker.stop()
    }

    @Test(
        "a broker that goes away while it is asked of topics: an error in time, and nothing worse")
    func asked() async throws {
        let fixture = try await KafkaFixture.make(own: true)
        let topic = "kept-\(fixture.topic)"
        var admin = fixture.admin
        try await admin.createTopics(
            [topic], partitions: 1, settings: ["retention.ms": "60000"])
        admin.timeout = .seconds(1)
        await fixture.broker.freeze()
        let began = ContinuousClock.now
        await #expect(throws: KafkaError.self) {
            try await admin.retention(of: [topic])
        }
        #expect(.now - began < .seconds(5))
        await fixture.broker.thaw()

        // So late that time is up in each of its states: connecting, asking, having asked.
        try await fixture.broker.proxy.delay(.milliseconds(200))
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for tenths in 1...20 {
                var admin = fixture.admin
                admin.timeout = .milliseconds(100 * tenths)
                group.addTask { [admin] in (try? await admin.retention(of: [topic])) != nil }
            }
            try await fixture.broker.proxy.dropConnections()
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(answers == [true, false])
        try await fixture.broker.proxy.resume()
        #expect(try await fixture.admin.retention(of: [topic]) == [topic: .milliseconds(60_000)])
        await fixture.broker.stop()
    }
}
