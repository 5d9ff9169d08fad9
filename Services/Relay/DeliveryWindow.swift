import DequeModule
import Postgres

/// The transactions that were read from the log and are not confirmed yet, in commit order.
///
/// A position of the log may be confirmed only when every record up to it is delivered, while
/// delivery reports come in any order. So each record carries the number of its transaction, and
/// the confirmed position moves over the transactions at the front that have nothing left to
/// deliver. Pure: no I/O, no clock.
struct DeliveryWindow {
    private struct Entry {
        /// Where the transaction ends; `nil` while its end has not been read.
        var end: LSN?
        var undelivered = 0
        var hasRecords = false
        /// Microseconds since 2000-01-01 00:00 UTC; `nil` for what is no transaction of the log.
        let committedAt: Int64?
    }

    private var entries = Deque<Entry>()
    /// The number of the first entry. Numbers begin at 1, so that none is a null pointer.
    private var first: UInt = 1

    /// Everything before this is delivered.
    private(set) var confirmed = LSN.zero
    /// Records that were sent and not delivered.
    private(set) var undelivered = 0
    /// When the transactions were committed that were confirmed since this was last emptied, of
    /// those that had records.
    var confirmedCommits: [Int64] = []

    /// Transactions that are not confirmed.
    var count: Int { entries.count }

    /// Whether everything that was read is delivered.
    var isEmpty: Bool { entries.isEmpty }

    /// Whether a transaction has begun whose end has not been read.
    var isOpen: Bool { entries.last.map { $0.end == nil } ?? false }

    /// When the oldest transaction that is not confirmed was committed.
    var oldestCommit: Int64? { entries.first?.committedAt }

    /// A transaction begins: what is sent now belongs to it.
    mutating func begin(committedAt: Int64?) {
        entries.append(Entry(committedAt: committedAt))
    }

    /// The number that the next record of the open transaction carries.
    var token: UInt { first + UInt(entries.count) - 1 }

    /// A record of the open transaction was handed to Kafka.
    mutating func sent() {
        entries[entries.count - 1].undelivered += 1
        entries[entries.count - 1].hasRecords = true
        undelivered += 1
    }

    /// The open transaction ends there.
    mutating func commit(end: LSN) {
        entries[entries.count - 1].end = end
        advance()
    }

    /// The server has nothing for us before that position other than what we have read.
    ///
    /// It then counts as the end of the last transaction. While one is open nothing is concluded:
    /// its records come first.
    mutating func reached(_ position: LSN) {
        guard let last = entries.last else {
            confirmed = max(confirmed, position)
            return
        }
        guard let end = last.end else { return }
        entries[entries.count - 1].end = max(end, position)
    }

    /// A record of the transaction of that number is in Kafka.
    mutating func delivered(_ token: UInt) {
        precondition(token >= first && token - first < UInt(entries.count), "unknown record")
        entries[Int(token - first)].undelivered -= 1
        undelivered -= 1
        if token == first { advance() }
    }

    private mutating func advance() {
        while let head = entries.first, let end = head.end, head.undelivered == 0 {
            confirmed = max(confirmed, end)
            if head.hasRecords, let time = head.committedAt { confirmedCommits.append(time) }
            entries.removeFirst()
            first += 1
        }
    }
}
