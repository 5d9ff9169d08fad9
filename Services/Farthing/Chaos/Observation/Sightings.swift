import FoundationEssentials

/// What an independent reader of all topics has seen: each event's first appearance, in order.
/// Pure.
struct Sightings: Sendable {
    /// What stays in order.
    struct Key: Hashable, Sendable {
        let topic: String
        let key: String
    }

    private struct Partition: Hashable {
        let topic: String
        let number: Int32
    }

    /// The events of each key, each where it stood first.
    private(set) var firsts: [Key: [UUID]] = [:]
    private(set) var ids: Set<UUID> = []
    /// Records beyond the first of their event.
    private(set) var repetitions = 0
    /// Records that carry no event's id.
    private(set) var nameless = 0

    private var next: [Partition: Int64] = [:]

    /// One record. What the reader is handed again after a rebalance is passed over.
    mutating func see(
        topic: String, partition: Int32, offset: Int64, key: String, id: UUID?
    ) {
        let place = Partition(topic: topic, number: partition)
        guard offset >= next[place, default: 0] else { return }
        next[place] = offset + 1
        guard let id else {
            nameless += 1
            return
        }
        if ids.insert(id).inserted {
            firsts[Key(topic: topic, key: key), default: []].append(id)
        } else {
            repetitions += 1
        }
    }
}
