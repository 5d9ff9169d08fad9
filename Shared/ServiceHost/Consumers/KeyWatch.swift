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
/// until it has seen each key again. Duplicates prove nothing either: the inbox has dropped them.
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
        let generation: Int
        private var last: [Key: Int64] = [:]

        init(generation: Int) { self.generation = generation }

        mutating func withLast<Value>(
            of key: Key, limit: Int, _ body: (inout Int64?) -> Value
        ) -> Value {
            if last.count >= limit, last[key] == nil { last.removeAll(keepingCapacity: true) }
            return body(&last[key])
        }
    }

    private let operation: String
    private let logger: Logger
    private let limit: Int
    private let partitions = Mutex<[Int32: Partition]>([:])

    /// - Parameter limit: how many keys of a partition are remembered. A saga's id is a key, so
    ///   there is no end of them.
    init(operation: String, logger: Logger, limit: Int = 50_000) {
        self.operation = operation
        self.logger = logger
        self.limit = limit
    }

    /// Takes note of an event that was taken for the first time, and says what it proves.
    @discardableResult
    func saw(_ envelope: Envelope, _ link: Link, in message: ConsumedMessage) -> Verdict {
        let verdict = withLast(of: envelope, in: message) { Self.judge(link, &$0) }
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

    /// Takes note of an event that came again. It may be later than the last one that was noted:
    /// the connection broke during its commit, which stood all the same.
    func passed(_ envelope: Envelope, _ link: Link, in message: ConsumedMessage) {
        withLast(of: envelope, in: message) { last in
            if let known = last { last = max(known, link.sequence) }
        }
    }

    private func withLast<Value: Sendable>(
        of envelope: Envelope, in message: ConsumedMessage, _ body: (inout Int64?) -> Value
    ) -> Value {
        partitions.withLock { partitions in
            if partitions[message.partition]?.generation != message.generation {
                partitions[message.partition] = Partition(generation: message.generation)
            }
            let key = Key(source: envelope.source, key: envelope.key)
            return partitions[message.partition, default: Partition(generation: 0)]
                .withLast(of: key, limit: limit, body)
        }
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
