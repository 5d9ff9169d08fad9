import Contracts
import FoundationEssentials
import Kafka
import Logging
import Synchronization

/// Reads every topic from its beginning, in a consumer group of its own.
final class TopicReader: Sendable {
    private let kafka: KafkaConfiguration
    private let group: String
    private let seen = Mutex(Sightings())

    init(kafka: String, group: String) {
        // It is in no hurry, and leaves the machine to those that are. Its group may be deleted: what
        // is read again was seen.
        self.kafka = KafkaConfiguration(
            bootstrapServers: kafka,
            ["fetch.wait.max.ms": "200", "ends.stuck.groups": "true"])
        self.group = group
    }

    var sightings: Sightings { seen.withLock { $0 } }

    /// Whether each of these events was seen.
    func hasSeen(_ ids: [UUID]) -> Bool {
        seen.withLock { seen in ids.allSatisfy(seen.ids.contains) }
    }

    /// Reads until the task is cancelled. A reader that fails is replaced by one that goes on
    /// where it left off.
    func run() async {
        let silent = Logger(label: "farthing.chaos") { _ in SwiftLogNoOpLogHandler() }
        while !Task.isCancelled {
            do {
                let consumer = try Consumer(
                    kafka, group: group, topics: Topic.allCases.map(\.rawValue), logger: silent)
                await read(consumer)
                await consumer.close()
            } catch {
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func read(_ consumer: Consumer) async {
        while !Task.isCancelled {
            do {
                let batch = try await consumer.nextBatch(max: 1000, within: .milliseconds(500))
                note(batch)
                consumer.store(batch)
            } catch {
                return
            }
        }
    }

    private func note(_ batch: [ConsumedMessage]) {
        seen.withLock { seen in
            for message in batch {
                let id = message.headers.first { $0.0 == EnvelopeHeader.id }?.1
                seen.see(
                    topic: message.topic, partition: message.partition, offset: message.offset,
                    key: String(decoding: message.key ?? [], as: UTF8.self),
                    id: id.flatMap { UUID(uuidString: String(decoding: $0, as: UTF8.self)) })
            }
        }
    }
}
