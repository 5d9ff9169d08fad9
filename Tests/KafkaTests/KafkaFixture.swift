import Kafka
import Logging
import TestSupport
import Testing

/// A broker, and a topic on it that no other test knows.
struct KafkaFixture {
    let broker: TestBroker
    let topic: String
    let configuration: KafkaConfiguration

    /// `own`: a broker for this test alone, which it may cut off and restart.
    static func make(own: Bool = false, partitions: Int = 4) async throws -> KafkaFixture {
        let broker = own ? try await TestBroker.start() : try await TestBroker.shared
        let fixture = KafkaFixture(
            broker: broker, topic: "test-\(UInt64.random(in: 0...UInt64.max))",
            configuration: broker.kafka)
        try await fixture.admin.createTopics([fixture.topic], partitions: partitions)
        return fixture
    }

    var admin: TopicAdmin { TopicAdmin(configuration, logger: .quiet) }

    func producer(_ settings: [String: String] = [:]) throws -> Producer {
        var configuration = configuration
        configuration.settings = settings
        return try Producer(configuration, logger: .quiet)
    }

    func consumer(group: String? = nil, _ settings: [String: String] = [:]) throws -> Consumer {
        var configuration = configuration
        configuration.settings = settings
        return try Consumer(
            configuration, group: group ?? "group-\(topic)", topics: [topic], logger: .quiet)
    }

    func records(_ numbers: Range<Int>, keys: Int = 7) -> [KafkaRecord] {
        numbers.map {
            KafkaRecord(
                topic: topic, key: Array("key-\($0 % keys)".utf8), value: Array("\($0)".utf8))
        }
    }
}

extension Consumer {
    /// Reads until there are that many messages. Throws `NotInTime`.
    func read(
        _ count: Int, storing: Bool = false, within limit: Duration = .seconds(30)
    ) async throws -> [ConsumedMessage] {
        var messages: [ConsumedMessage] = []
        try await eventually(within: limit, "\(count) messages") {
            let batch = try await nextBatch(
                max: count - messages.count, within: .milliseconds(200))
            if storing { store(batch) }
            messages += batch
            return messages.count >= count
        }
        return messages
    }
}

extension ConsumedMessage {
    /// The number that `KafkaFixture.records` put into it.
    var number: Int? { value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } }
    var keyText: String { String(decoding: key ?? [], as: UTF8.self) }
}
