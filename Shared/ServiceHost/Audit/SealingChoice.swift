/// Which rows of several kinds are sealed next: in the order of their transactions, then of their
/// kinds, then of their keys, however many were read of each kind.
struct SealingChoice {
    struct Chosen: Sendable {
        let kind: SealedKind
        let row: SealableRow
    }

    private struct Queue {
        let kind: SealedKind
        var rows: ArraySlice<SealableRow>
        /// Whether there are no more below the horizon.
        let isAll: Bool
    }

    /// Only transactions below this one have ended.
    let horizon: Int64
    private var queues: [Queue] = []
    /// When the oldest row was written whose transaction is not below the horizon.
    private(set) var oldestLeft: Int64?
    /// Whether more could be sealed than was read.
    var isFull: Bool { queues.contains { !$0.isAll } }

    init(horizon: Int64) { self.horizon = horizon }

    /// Takes what was read of a kind, in order; `isAll` if there is no more of it.
    mutating func add(_ rows: [SealableRow], of kind: SealedKind, isAll: Bool) {
        let left = rows.firstIndex { $0.place.xid >= horizon } ?? rows.endIndex
        queues.append(
            Queue(kind: kind, rows: rows[..<left], isAll: isAll || left < rows.endIndex))
        if let oldest = rows[left...].map(\.at).min() {
            oldestLeft = min(oldest, oldestLeft ?? oldest)
        }
    }

    /// The chosen rows, in order.
    var rows: [Chosen] {
        var queues = queues
        var chosen: [Chosen] = []
        // Of a kind that was cut off, nobody knows what comes next: there the choice ends.
        while !queues.contains(where: { $0.rows.isEmpty && !$0.isAll }) {
            var next: Int?
            for (index, queue) in queues.enumerated() {
                guard let xid = queue.rows.first?.place.xid else { continue }
                if let best = next.flatMap({ queues[$0].rows.first?.place.xid }), best <= xid {
                    continue
                }
                next = index
            }
            guard let next, let row = queues[next].rows.popFirst() else { break }
            chosen.append(Chosen(kind: queues[next].kind, row: row))
        }
        return chosen
    }
}
