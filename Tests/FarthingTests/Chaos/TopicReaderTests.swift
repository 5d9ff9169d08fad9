import Contracts
import FoundationEssentials
import Kafka
import TestSupport
import Testing

@testable import Farthing

@Suite("A chaos run's reader of the topics", .serialized, .tags(.kafka))
struct TopicReaderTests {
    private static let topic = Topic.paymentEvents.rawValue

    private func produce(_ ids: [UUID], to broker: TestBroker) async throws {
        let producer = try Producer(broker.kafka, logger: .quiet)
        try await producer.produce(
            ids.map {
                KafkaRecord(
                    topic: Self.topic, key: Array("k".utf8), value: Array("{}".utf8),
                    headers: [(EnvelopeHeader.id, Array($0.uuidString.utf8))])
            })
        await producer.close()
    }

    /// Has the group begin behind so many records.
    private func skip(_ count: Int, of group: String, on broker: TestBroker) async throws {
        let consumer = try Consumer(
            broker.kafka, group: group, topics: [Self.topic], logger: .quiet)
        var skipped = 0
        try await eventually("\(count) records are skipped") {
            let batch = try await consumer.nextBatch(max: count - skipped, within: .seconds(1))
            consumer.store(batch)
            skipped += batch.count
            return skipped == count
        }
        await consumer.close()
    }

    @Test("reads again what was passed over, and has no blind spot")
    func readsAgain() async throws {
        let broker = try await TestBroker.start(topics: Topic.allCases.map(\.rawValue))
        let ids = (0..<30).map { _ in UUID() }
        try await produce(ids, to: broker)
        try await skip(20, of: "group", on: broker)
        let reader = TopicReader(
            kafka: broker.bootstrapServers, group: "group", areNew: true)
        let reading = Task { await reader.run() }
        try await eventually("all are seen") { reader.hasSeen(ids) }
        reading.cancel()
        await reading.value
        let sightings = reader.sightings
        #expect(sightings.firsts[.init(topic: Self.topic, key: "k")] == ids)
        #expect(sightings.blindSpots == [])
        await broker.stop()
    }
}
