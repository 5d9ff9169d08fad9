import Contracts

/// A broker in memory: topics of partitions, each key in one of them, and a place for each
/// partition's reader. Delivers at least once; what is lost or repeated is its caller's to say.
struct Bus {
    static let partitions = 4

    private struct Partition {
        var records: [Envelope] = []
        /// Where its reader goes on.
        var offset = 0
    }

    private var topics: [String: [Partition]] = [:]
    /// Keys hold random ids, which no seed repeats: they are told apart by when they came.
    private var keys: [String: Int] = [:]

    /// Appends a record; tells to which partition.
    mutating func publish(_ envelope: Envelope) -> Int {
        let key = keys[envelope.key] ?? keys.count
        keys[envelope.key] = key
        let partition = key % Self.partitions
        topics[envelope.topic, default: Self.empty][partition].records.append(envelope)
        return partition
    }

    /// What a reader has not noted as read, at most `limit` records.
    func read(_ topic: String, _ partition: Int, limit: Int) -> [Envelope] {
        guard let partition = topics[topic]?[partition] else { return [] }
        return Array(partition.records[partition.offset...].prefix(limit))
    }

    /// Notes that so many more records are read.
    mutating func advance(_ topic: String, _ partition: Int, by count: Int) {
        topics[topic]?[partition].offset += count
    }

    func hasUnread(_ topic: String, _ partition: Int) -> Bool {
        guard let partition = topics[topic]?[partition] else { return false }
        return partition.offset < partition.records.count
    }

    /// A broker in memory that is started anew has nothing of what it had.
    mutating func loseEverything() { topics = [:] }

    private static let empty = Array(repeating: Partition(), count: partitions)
}
