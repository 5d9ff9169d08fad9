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
    /// A pair that was read and whose position is not confirmed yet.
    private var pending: (xmin: UInt64, position: LSN)?
    /// What was remembered last, and what would cover all that is published: the first falls short
    /// of the second for as long as an older transaction runs.
    private var remembered: UInt64 = 0
    private var goal: UInt64 = 0
    /// Something was published since; perhaps by a session that ended before it remembered it.
    private var hasProgressed = true
    private var next = ContinuousClock.now
    private var nextWatch = ContinuousClock.now
    private let metrics: SourceMetrics
    /// How far the server's log reached when it was last looked at.
    private(set) var end = LSN.zero

    /// Throws `PostgresError`.
    init(
        url: String, slot: String, table: OutboxTable, metrics: SourceMetrics
    ) throws(PostgresError) {
        connection = try Connection(url: url, applicationName: "farthing-relay-checkpoint")
        self.slot = slot
        self.table = table
        self.metrics = metrics
    }

    /// Something was published. Without that nothing is written: the checkpoint's own row would
    /// be progress again, for ever.
    mutating func progressed() { hasProgressed = true }

    /// Takes the next step, if it is due. Throws `PostgresError`, and `RelayError` `.notPublished`
    /// when the outbox is in its publication no more: the log may have passed over rows.
    mutating func advance(confirmed: LSN) throws {
        let now = ContinuousClock.now
        if now >= nextWatch {
            nextWatch = now + Self.watchInterval
            try watch()
        }
        if let pending {
            guard confirmed >= pending.position else { return }
            try connection.query(RelayQueries.remember, slot, "\(pending.xmin)")
            remembered = pending.xmin
            self.pending = nil
            next = .now + Self.interval
        } else if hasProgressed || remembered < goal, now >= next {
            let horizon = try horizon()
            end = horizon.position
            if hasProgressed { goal = horizon.xmax }
            hasProgressed = false
            if horizon.xmin > remembered { pending = (horizon.xmin, horizon.position) }
            next = .now + Self.interval
        }
    }

    private mutating func watch() throws {
        end = try horizon().position
        if let row = try connection.query(RelayQueries.retained, slot).first {
            metrics.slot(retainedBytes: try row.read(0))
        }
    }

    private func horizon() throws -> (xmin: UInt64, xmax: UInt64, position: LSN) {
        let row = try connection.query(
            RelayQueries.horizon, table.publication, table.schema, table.name)[0]
        let position: String = try row.read(2)
        guard try row.read(3, as: Bool.self) else {
            throw RelayError(
                .notPublished, "\(table.quoted) was taken out of \(table.publication)")
        }
        guard let position = LSN(position) else {
            throw PostgresError(.invalidValue, "'\(position)' is no position of the log")
        }
        return (try row.transaction(0), try row.transaction(1), position)
    }
}

extension Row {
    /// The number of a transaction, which Postgres gives as text.
    fileprivate func transaction(_ column: Int) throws -> UInt64 {
        let text: String = try read(column)
        guard let number = UInt64(text) else {
            throw PostgresError(.invalidValue, "'\(text)' is no transaction")
        }
        return number
    }
}
