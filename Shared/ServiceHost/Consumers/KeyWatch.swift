import Contracts
import Kafka
import Logging
import Metrics
import Synchronization

/// Notices an event that is missing before another one of its key, or that comes after it.
///
/// The relay links each event to the one before it under the same key (`EnvelopeHeader.previous`).
/// A consumer remembers the last event of each key that it took; what is linked to another one
/// proves that one got lost on the way, or came out of its turn. It forgets a partition's keys when
/// the partition is assigned anew, and all keys when there are too many: then it proves nothing,
/// until it has seen each key again. Duplicates are not looked at: the inbox has dropped them.
///
/// | metric | labels |
/// |---|---|
/// | `consumer_gaps_total` | operation: an event before this one was never seen; alert on it |
/// | `consumer_out_of_order_total` | operation: it came after a later one; alert on it |
final class KeyWatch: Sendable {
    /// Where an event stands among those of its key.
    struct Link: Equatable, Sendable {
        let sequence: Int64
        let previous: Int64?

        init(sequence: Int64, previous: Int64?) {
            self.sequence = sequence
            self.previous = previous
        }

        /// `nil` for a message whose relay says nothing.
        init?(_ message: ConsumedMessage) {
            func number(_ header: String) -> Int64? {
                message.headers.first { $0.0 == header }
                    .flatMap { Int64(String(decoding: $0.1, as: UTF8.self)) }
            }
            guard let sequence = number(EnvelopeHeader.sequence) else { return nil }
            self.init(sequence: sequence, previous: number(EnvelopeHeader.previous))
        }
    }

    /// What a link proves.
    enum Verdict: Equatable, Sendable { case fine, gap, outOfOrder }

    private struct Key: Hashable {
        let source: String
        let key: String
    }

    private struct Partition {
        var generation: Int
        var last: [Key: Int64] = [:]
    }

    /// Keys of one partition.
    private static let limit = 50_000

    private let operation: String
    private let logger: Logger
    private let partitions = Mutex<[Int32: Partition]>([:])

    init(operation: String, logger: Logger) {
        self.operation = operation
        self.logger = logger
    }

    /// Takes note of an event that was taken for the first time, and says what it proves.
    @discardableResult
    func saw(_ envelope: Envelope, _ link: Link, in message: ConsumedMessage) -> Verdict {
        let verdict = partitions.withLock { partitions in
            if partitions[message.partition]?.generation != message.generation {
                partitions[message.partition] = Partition(generation: message.generation)
            }
            let key = Key(source: envelope.source, key: envelope.key)
            return Self.judge(
                link, &partitions[message.partition, default: Partition(generation: 0)].last[key])
        }
        guard verdict != .fine else { return verdict }
        Counter(
            label: verdict == .gap ? "consumer_gaps_total" : "consumer_out_of_order_total",
            dimensions: [("operation", operation)]
        ).increment()
        logger.error(
            verdict == .gap ? "an event is missing" : "an event is out of order",
            metadata: [
                "source": "\(envelope.source)", "topic": "\(envelope.topic)",
                "key": "\(envelope.key)", "sequence": "\(link.sequence)",
                "previous": "\(link.previous ?? -1)",
            ])
        return verdict
    }

    /// One that comes out of its turn does not become the last: what follows is linked to the
    /// last of the others.
    private static func judge(_ link: Link, _ last: inout Int64?) -> Verdict {
        guard let known = last, let previous = link.previous, previous != known else {
            last = link.sequence
            return .fine
        }
        if link.sequence < known { return .outOfOrder }
        last = link.sequence
        return .gap
    }
}
