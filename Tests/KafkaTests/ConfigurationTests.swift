import TestSupport
import Testing

@testable import Kafka

@Suite("The configuration", .tags(.unit))
struct ConfigurationTests {
    @Test("a group is deleted by its members only if that was asked for")
    func stuckGroups() {
        func endsStuckGroups(_ settings: [String: String]) -> Bool {
            KafkaConfiguration(bootstrapServers: "x:1", settings).endsStuckGroups
        }
        #expect(!endsStuckGroups([:]))
        #expect(!endsStuckGroups(["ends.stuck.groups": "false"]))
        #expect(endsStuckGroups(["ends.stuck.groups": "true"]))
    }

    @Test("settings win over defaults, and our own does not come to librdkafka")
    func settings() {
        let configuration = KafkaConfiguration(
            bootstrapServers: "x:1", ["ends.stuck.groups": "true", "acks": "1"])
        let all = [
            configuration.forProducer, configuration.forConsumer(group: "g"),
            configuration.forAdmin,
        ]
        #expect(all.allSatisfy { $0["ends.stuck.groups"] == nil && $0["acks"] == "1" })
    }
}
