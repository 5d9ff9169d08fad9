import Contracts
import FoundationEssentials
import Kafka
import Logging
import Synchronization

/// Reads every topic from its beginning, in a consumer group of its own.
final class TopicReader: Sendable {
    private let kafka: KafkaConfiguration
    private let group: String
    private let seen: Mutex<Sightings>

    /// `areNew`: whether the topics begin with what this reader reads.
    init(kafka: String, group: String, areNew: Bool) {
        seen = Mutex(Sightings(beginAtZero: areNew))
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
        var rereading = Rereading()
        let silent = Logger(label: "farthing.chaos") { _ in SwiftLogNoOpLogHandler() }
        while !Task.isCancelled {
            do {
                let consumer = try Consumer(
                    kafka, group: group, topics: Topic.allCases.map(\.rawValue), logger: silent)
                await read(consumer, &rereading)
                await consumer.close()
            } catch {
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func read(_ consumer: Consumer, _ rereading: inout Rereading) async {
        while !Task.isCancelled {
            do {
                let batch = try await consumer.nextBatch(max: 1000, within: .milliseconds(500))
                let gaps = note(batch, &rereading)
                // What lies behind a gap was not noted: a reader that fails comes back to it.
                consumer.store(batch.filter { gaps[$0.place] == nil })
                for (place, gap) in gaps {
                    try await consumer.seek(
                        place.topic, place.number, to: gap.offsets.lowerBound)
                }
            } catch {
                return
            }
        }
    }

    /// Notes what was read, in each partition up to what is missing and worth another look.
    private func note(
        _ batch: [ConsumedMessage], _ rereading: inout Rereading
    ) -> [Sightings.Partition: Sightings.Gap] {
        var gaps: [Sightings.Partition: Sightings.Gap] = [:]
        seen.withLock { seen in
            for message in batch where gaps[message.place] == nil {
                if let gap = seen.gap(before: message.offset, of: message.place),
                    rereading.isWorthwhile(gap)
                {
                    gaps[message.place] = gap
                    continue
                }
                let id = message.headers.first { $0.0 == EnvelopeHeader.id }?.1
                seen.see(
                    topic: message.topic, partition: message.partition, offset: message.offset,
                    key: String(decoding: message.key ?? [], as: UTF8.self),
                    id: id.flatMap { UUID(uuidString: String(decoding: $0, as: UTF8.self)) })
            }
        }
        return gaps
    }
}

extension ConsumedMessage {
    fileprivate var place: Sightings.Partition {
        Sightings.Partition(topic: topic, number: partition)
    }
}
