import Glibc
import Kafka
import TestSupport
import Testing

@Suite("The producer for a thread of one's own", .tags(.kafka))
struct DirectProducerTests {
    @Test("every token comes back once, and the descriptor wakes whoever waits")
    func tokens() async throws {
        let fixture = try await KafkaFixture.make()
        let tokens = try Self.publish(500, fixture)
        #expect(tokens.sorted() == Array(1...500))
        let consumer = try fixture.consumer()
        let messages = try await consumer.read(500)
        #expect(Set(messages.compactMap(\.number)) == Set(1...500))
        #expect(messages.allSatisfy { $0.headers.map(\.0) == ["ce_id", "raw"] })
        await consumer.close()
    }

    @Test("records for a topic that is known not to exist are refused, and nothing is freed twice")
    func gone() async throws {
        let mock = try MockKafka()
        mock.createTopic("gone", partitions: 1)
        mock.deny("gone")
        let configuration = KafkaConfiguration(
            bootstrapServers: mock.bootstrapServers, ["topic.metadata.propagation.max.ms": "0"])
        var producer = try DirectProducer(configuration, logger: .quiet)
        let topic = try producer.topic("gone")
        var headers = RecordHeaders()
        headers.append("ce_id", "1")

        func refusal() -> KafkaError? {
            do throws(KafkaError) {
                _ = try producer.enqueue(
                    topic, key: .init(start: nil, count: 0), value: .init(start: nil, count: 0),
                    headers: headers, token: 1)
                return nil
            } catch {
                return error
            }
        }
        try await eventually("the topic is known not to exist") { refusal() != nil }
        for _ in 0..<1000 { #expect(refusal()?.code == .unknownTopic) }
    }

    private static func publish(_ count: UInt, _ fixture: KafkaFixture) throws -> [UInt] {
        var producer = try DirectProducer(fixture.configuration, logger: .quiet)
        let topic = try producer.topic(fixture.topic)
        var headers = RecordHeaders()
        for token in 1...count {
            headers.removeAll()
            headers.append("ce_id", "\(token)")
            [UInt8]([0, 255]).withUnsafeBytes { headers.append("raw", $0) }
            let key = Array("k".utf8)
            let value = Array("\(token)".utf8)
            let accepted = try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { value in
                    try producer.enqueue(
                        topic, key: key, value: value, headers: headers, token: token)
                }
            }
            #expect(accepted)
        }
        var reports = DeliveryReports()
        while reports.delivered.count < Int(count) {
            var entry = pollfd(fd: producer.readable, events: Int16(POLLIN), revents: 0)
            try #require(poll(&entry, 1, 10_000) == 1, "woken by a delivery report")
            producer.poll(into: &reports)
        }
        #expect(reports.failed.isEmpty)
        #expect(producer.outstanding == 0)
        return reports.delivered
    }
}
