import Postgres

/// Remembers in the database how far the outbox is published, for the day the slot is lost.
///
/// The slot itself remembers in positions of the log, which say nothing once the log is gone, and
/// rows know no position. They know their transaction. So about once a second, while there is
/// progress, a pair is read: the oldest transaction that is still running, and the log's end.
/// Whatever is older than that transaction has committed, if at all, before that position. Once
/// the position is confirmed, all of it is in Kafka, and a rebuild may leave it out.
struct Checkpoint: ~Copyable {
    private static let interval = Duration.seconds(1)
    /// How often the publication and the slot are looked at where nothing is published.
    private static let watchInterval = Duration.seconds(5)

    private let connection: Connection
    private let slot: String
    private let table: OutboxTable
    /// The identity of the publication that the log is read with.
    private let publication: String
    /// A pair that was read and whose position is not confirmed yet.
    private var pending: (xmin: UInt64, position: LSN)?
    /// What was remembered last.
    private var remembered: UInt64 = 0
    /// The highest transaction that is published and not remembered, as the log tells it: the lower
    /// half of its number. It stays so for as long as an older one runs, or itself is about to end.
    private var uncovered: UInt32?
    /// A session before this one may have ended before it remembered what it published.
    private var isFirst = true
    private var next = ContinuousClock.now
    private var nextWatch = ContinuousClock.now
    private let metrics: SourceMetrics
    /// How far the server's log reached when it was last looked at.
    private(set) var end = LSN.zero

    /// Throws `PostgresError`.
    init(
        url: String, slot: String, table: OutboxTable, publication: String, metrics: SourceMetrics
    ) throws(PostgresError) {
        connection = try Connection(url: url, applicationName: "farthing-relay-checkpoint")
        self.slot = slot
        self.table = table
        self.publication = publication
        self.metrics = metrics
    }

    /// A transaction was read and its events are on their way. Without any nothing is written: the
    /// checkpoint's own row would be progress again, for ever.
    mutating func read(transaction: UInt32) {
        if uncovered.map({ transaction.isAfter($0) }) ?? true { uncovered = transaction }
    }

    /// Takes the next step, if it is due. Throws `PostgresError`, and `RelayError` `.notPublished`
    /// when the publication is another than it was: the log may have passed over rows.
    mutating func advance(confirmed: LSN) throws {
        let now = ContinuousClock.now
        if now >= nextWatch {
            nextWatch = now + Self.watchInterval
            try watch()
        }
        if let pending {
            guard confirmed >= pending.position else { return }
            // A change is seen a moment after the log has it: what was read by then is confirmed.
            try checkPublication()
            try connection.query(RelayQueries.remember, slot, "\(pending.xmin)", publication)
            remembered = pending.xmin
            if let uncovered, UInt32(truncatingIfNeeded: remembered).isAfter(uncovered) {
                self.uncovered = nil
            }
            self.pending = nil
            next = .now + Self.interval
        } else if isFirst || uncovered != nil, now >= next {
            let horizon = try horizon()
            end = horizon.position
            isFirst = false
            if horizon.xmin > remembered { pending = horizon }
            next = .now + Self.interval
        }
    }

    private mutating func watch() throws {
        end = try horizon().position
        if let row = try connection.query(RelayQueries.retained, slot).first {
            metrics.slot(retainedBytes: try row.read(0))
        }
    }

    private func horizon() throws -> (xmin: UInt64, position: LSN) {
        let row = try connection.query(RelayQueries.horizon)[0]
        try checkPublication()
        let position: String = try row.read(1)
        guard let position = LSN(position) else {
            throw PostgresError(.invalidValue, "'\(position)' is no position of the log")
        }
        let xmin: String = try row.read(0)
        guard let xmin = UInt64(xmin) else {
            throw PostgresError(.invalidValue, "'\(xmin)' is no transaction")
        }
        return (xmin, position)
    }

    /// Throws `PostgresError`, and `RelayError` `.notPublished` when the publication is another than it
    /// was.
    func checkPublication() throws {
        if try Publication(of: table, connection)?.identity == publication { return }
        throw RelayError(
            .notPublished,
            "the publication \(table.publication) was changed: the log may have passed over rows")
    }
}
