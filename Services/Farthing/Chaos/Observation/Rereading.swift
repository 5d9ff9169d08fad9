/// Decides which records a reader reads again, because it was handed later ones first. Pure.
///
/// Offsets of a partition have no holes where nobody writes transactions or compacts: a gap is what
/// the reader has missed, and may hold the first appearance of what it sees afterwards.
struct Rereading: Sendable {
    /// What is missing still after so many attempts is not there to be read.
    static let attempts = 3

    private var made: [Sightings.Partition: (from: Int64, count: Int)] = [:]

    /// Whether the reader is to go back to the beginning of the gap.
    mutating func isWorthwhile(_ gap: Sightings.Gap) -> Bool {
        let from = gap.offsets.lowerBound
        let before = made[gap.partition]
        let count = before?.from == from ? before?.count ?? 0 : 0
        made[gap.partition] = (from, count + 1)
        return count < Self.attempts
    }
}
