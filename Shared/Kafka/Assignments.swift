import CKafka
import Logging
import Synchronization

/// One partition of one topic.
struct TopicPartition: Hashable, Sendable {
    let topic: String
    let partition: Int32
}

/// Which partitions are ours, and under which generation each was given to us.
///
/// The generation counts assignments. A message carries the generation of its partition at the
/// moment it was read; once the partition is taken away, or taken away and given back, the
/// numbers differ and the message's offset is not stored any more.
final class Assignments: ClientContext, @unchecked Sendable {
    // `@unchecked`: what the superclass holds is constant, and the lock guards the rest.
    private struct State {
        var generation = 0
        var owned: [TopicPartition: Int] = [:]
    }

    private let state = Mutex(State())
    private let stuckGroup: StuckGroup?
    /// The last error that was logged, so that an outage is one line and not one a poll.
    private let lastReported = Mutex<(error: rd_kafka_resp_err_t, at: ContinuousClock.Instant)?>(
        nil)

    init(_ stuckGroup: StuckGroup?, logger: Logger) {
        self.stuckGroup = stuckGroup
        super.init(logger: logger)
    }

    /// Has librdkafka call `rebalance`.
    static func listen(_ configuration: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(configuration) { handle, event, partitions, opaque in
            guard let handle, let partitions, let opaque else { return }
            Unmanaged<Assignments>.fromOpaque(opaque).takeUnretainedValue()
                .rebalance(handle, event, partitions)
        }
    }

    var generation: Int { state.withLock { $0.generation } }

    var current: [(topic: String, partition: Int32)] {
        state.withLock { $0.owned.keys.map { ($0.topic, $0.partition) } }
    }

    func isAssigned(_ place: TopicPartition) -> Bool {
        state.withLock { $0.owned[place] != nil }
    }

    func isCurrent(_ message: ConsumedMessage) -> Bool {
        let place = TopicPartition(topic: message.topic, partition: message.partition)
        return state.withLock { $0.owned[place] == message.generation }
    }

    /// Called on the consumer's thread, inside its poll.
    ///
    /// Stored offsets of revoked partitions are committed by librdkafka itself in the background.
    /// A synchronous commit here would block while the broker is away.
    override func rebalance(
        _ handle: OpaquePointer, _ event: rd_kafka_resp_err_t,
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        let places = (0..<Int(partitions.pointee.cnt)).map { index in
            let element = partitions.pointee.elems[index]
            return TopicPartition(
                topic: String(cString: element.topic), partition: element.partition)
        }
        let assigned = event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        state.withLock { state in
            state.generation += 1
            for place in places { state.owned[place] = assigned ? state.generation : nil }
        }
        if assigned { stuckGroup?.assigned() } else { stuckGroup?.revoked() }
        let list = places.map { "\($0.topic)/\($0.partition)" }.sorted().joined(separator: " ")
        logger.info("kafka: partitions \(assigned ? "assigned" : "revoked"): \(list)")

        if String(cString: rd_kafka_rebalance_protocol(handle)) == "COOPERATIVE" {
            let change =
                assigned ? rd_kafka_incremental_assign : rd_kafka_incremental_unassign
            guard let failure = change(handle, partitions) else { return }
            defer { rd_kafka_error_destroy(failure) }
            logger.warning("kafka: \(String(cString: rd_kafka_error_string(failure)))")
        } else {
            let error = rd_kafka_assign(handle, assigned ? partitions : nil)
            if error != RD_KAFKA_RESP_ERR_NO_ERROR {
                logger.warning("kafka: assignment failed: \(KafkaError(error))")
            }
        }
    }

    /// The message with the generation of its partition; `nil` if the partition is not ours.
    func receive(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> ConsumedMessage? {
        let topic = String(cString: rd_kafka_topic_name(message.pointee.rkt))
        let place = TopicPartition(topic: topic, partition: message.pointee.partition)
        guard let generation = state.withLock({ $0.owned[place] }) else { return nil }
        return ConsumedMessage(message, topic: topic, generation: generation)
    }

    /// Stores the highest offset of each partition that is still ours.
    func store(_ messages: some Sequence<ConsumedMessage>, _ handle: OpaquePointer) {
        state.withLock { state in
            var next: [TopicPartition: Int64] = [:]
            for message in messages {
                let place = TopicPartition(topic: message.topic, partition: message.partition)
                guard state.owned[place] == message.generation else { continue }
                next[place] = max(next[place] ?? 0, message.offset + 1)
            }
            if next.isEmpty { return }
            let list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t> =
                rd_kafka_topic_partition_list_new(Int32(next.count))
            defer { rd_kafka_topic_partition_list_destroy(list) }
            for (place, offset) in next {
                rd_kafka_topic_partition_list_add(list, place.topic, place.partition)
                    .pointee.offset = offset
            }
            // Refused per partition if it was lost a moment ago: then it is another's to store.
            rd_kafka_offsets_store(handle, list)
        }
    }

    /// Logs what came instead of a message; the same error again only after ten seconds.
    func report(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let error = message.pointee.err
        let now = ContinuousClock.now
        let fresh = lastReported.withLock { last in
            if let last, last.error == error, now - last.at < .seconds(10) { return false }
            last = (error, now)
            return true
        }
        guard fresh else { return }
        let detail = rd_kafka_message_errstr(message).map { String(cString: $0) }
        logger.warning("kafka: \(KafkaError(error, detail))")
    }
}

extension ConsumedMessage {
    init(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: String, generation: Int
    ) {
        let raw = message.pointee
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(message, &kind)
        self.init(
            topic: topic, partition: raw.partition, offset: raw.offset,
            key: raw.key.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: raw.key_len)) },
            value: raw.payload.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: raw.len)) },
            headers: recordHeaders(of: message), timestamp: time < 0 ? nil : time,
            generation: generation)
    }
}
