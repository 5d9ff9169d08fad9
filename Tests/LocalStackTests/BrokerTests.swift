import Kafka
import LocalStack
import TestSupport
import Testing

@Suite("Embedded broker", .tags(.kafka))
struct BrokerTests {
    @Test("librdkafka 2.0.2 talks to it through the proxy, and finds the topics")
    func topics() async throws {
        let broker = try await TestBroker.start(topics: ["one", "two"])
        #expect(try await topics(broker) == ["one": 2, "two": 2])
        try await broker.restartEmpty()
        #expect(try await topics(broker) == ["one": 2, "two": 2])
        await broker.stop()
    }

    private func topics(_ broker: TestBroker) async throws -> [String: Int] {
        let configuration = KafkaConfiguration(bootstrapServers: broker.bootstrapServers)
        return try await TopicAdmin(configuration, logger: .quiet).topics()
    }
}
