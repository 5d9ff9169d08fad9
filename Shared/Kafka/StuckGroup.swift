import CKafka
import Logging
import Synchronization

/// Notices that a group lets nobody join any more, and deletes it so that it begins anew.
///
/// Seen with the embedded broker (Tansu 0.1.2, 2026-11): a leader killed between JoinGroup and
/// SyncGroup is never evicted, and the group waits for it for ever, whoever else joins. The group's
/// offsets go with it, so its members read from the start and their inboxes drop what they know.
///
/// A coordinator that evicts dead members, as Apache Kafka's, never comes to this. There a group may
/// be healthy and empty for a moment, after an outage that all its members sat out, and deleting it
/// would forget how far they had come: hence only where a setting asks for it.
final class StuckGroup: Sendable {
    private let group: String
    private let patience: Duration
    private let logger: Logger
    /// Since when partitions have been waited for; `nil` while some, or none, are assigned.
    private let waiting: Mutex<ContinuousClock.Instant?>

    init(_ settings: [String: String], logger: Logger) {
        group = settings["group.id"] ?? ""
        // A join takes half the session's timeout there, and a member that died quietly all of it.
        patience = .milliseconds(2 * (settings["session.timeout.ms"].flatMap { Int($0) } ?? 45_000))
        waiting = Mutex(.now)
        self.logger = logger
    }

    func assigned() { waiting.withLock { $0 = nil } }

    func revoked() { waiting.withLock { $0 = .now } }

    /// Deletes the group if it has kept its member waiting for too long. Blocks for at most three
    /// seconds, in which there is nothing to read.
    ///
    /// librdkafka 2.0.2 ends the process where a broker goes away while it is asked something of a
    /// group (confluentinc/librdkafka#4605), so none is asked that is away.
    func endIfStuck(_ client: Client) {
        let isStuck = waiting.withLock { since in
            guard let start = since, .now - start > patience else { return false }
            since = .now
            return true
        }
        guard isStuck, (try? client.findBroker(within: 1000)) != nil else { return }
        logger.warning("kafka: group \(group) assigns nothing for \(patience): deleting it")
        var groups: [OpaquePointer?] = [rd_kafka_DeleteGroup_new(group)]
        let queue = rd_kafka_queue_new(client.handle)
        rd_kafka_DeleteGroups(client.handle, &groups, groups.count, nil, queue)
        if let answer = rd_kafka_queue_poll(queue, 2000) { rd_kafka_event_destroy(answer) }
        rd_kafka_queue_destroy(queue)
        rd_kafka_DeleteGroup_destroy(groups[0])
    }
}
