import FoundationEssentials

/// What an independent reader of all topics has seen: each event's first appearance, in order.
/// Pure.
struct Sightings: Sendable {
    /// What stays in order.
    struct Key: Hashable, Sendable {
        let topic: String
        let key: String
    }

    struct Partition: Hashable, Sendable {
        let topic: String
        let number: Int32
    }

    /// Records that the reader was not handed, although it was handed later ones.
    struct Gap: Equatable, Sendable, CustomStringConvertible {
        let partition: Partition
        let offsets: Range<Int64>

        var description: String {
            "\(partition.topic)/\(partition.number) from offset \(offsets.lowerBound) to "
                + "\(offsets.upperBound - 1)"
        }
    }

    /// Whether every partition begins at offset 0, as those do of a broker of our own.
    private let beginAtZero: Bool
    private var next: [Partition: Int64] = [:]

    /// The events of each key, each where it stood first.
    private(set) var firsts: [Key: [UUID]] = [:]
    private(set) var ids: Set<UUID> = []
    /// Records beyond the first of their event.
    private(set) var repetitions = 0
    /// Records that carry no event's id.
    private(set) var nameless = 0
    /// What was not seen, and is not looked for any more.
    private(set) var blindSpots: [Gap] = []
    /// Events that may have come out before they were seen: in a blind spot of their partition.
    private(set) var doubtful: Set<UUID> = []

    init(beginAtZero: Bool = true) { self.beginAtZero = beginAtZero }

    /// What is missing before that record.
    func gap(before offset: Int64, of partition: Partition) -> Gap? {
        let expected = next[partition] ?? (beginAtZero ? 0 : offset)
        return offset > expected ? Gap(partition: partition, offsets: expected..<offset) : nil
    }

    /// One record. What the reader is handed again after a rebalance is passed over; what is missing
    /// before it is a blind spot from now on.
    mutating func see(
        topic: String, partition: Int32, offset: Int64, key: String, id: UUID?
    ) {
        let place = Partition(topic: topic, number: partition)
        if let gap = gap(before: offset, of: place) { blindSpots.append(gap) }
        guard offset >= next[place, default: 0] else { return }
        next[place] = offset + 1
        guard let id else {
            nameless += 1
            return
        }
        if ids.insert(id).inserted {
            firsts[Key(topic: topic, key: key), default: []].append(id)
            if blindSpots.contains(where: { $0.partition == place }) { doubtful.insert(id) }
        } else {
            repetitions += 1
        }
    }

    /// Whether something of the topic was not seen.
    func isBlind(in topic: String) -> Bool {
        blindSpots.contains { $0.partition.topic == topic }
    }
}
