import Kafka
import TestSupport
import Testing

@testable import Relay

@Suite("Topics that are missing", .tags(.kafka))
struct TopicMakerTests {
    @Test("are made with as many partitions as is said, and copies by the cluster's default or not")
    func shaped() async throws {
        let broker = try await TestBroker.shared
        let kafka = KafkaConfiguration(bootstrapServers: broker.bootstrapServers)
        for (partitions, replication) in [(3, nil), (5, 1)] {
            let topic = "shaped-\(UInt64.random(in: 0...UInt64.max))"
            let maker = TopicMaker(
                kafka: kafka, shape: .init(partitions: partitions, replication: replication),
                logger: .quiet)
            try maker.make([topic])
            try maker.make([topic])
            #expect(try await TopicAdmin(kafka, logger: .quiet).topics()[topic] == partitions)
        }
    }
}
