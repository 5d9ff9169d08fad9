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
    /// The pair that was read and whose position is not confirmed yet.
    private var pending: (xmin: String, position: LSN)?
    private var isDirty: Bool
    private var next = ContinuousClock.now
    private var nextWatch = ContinuousClock.now
    private let metrics: SourceMetrics

    /// `behind`: something was published since the last checkpoint. Throws `PostgresError`.
    init(
        url: String, slot: String, table: OutboxTable, behind: Bool, metrics: SourceMetrics
    ) throws(PostgresError) {
        connection = try Connection(url: url, applicationName: "farthing-relay-checkpoint")
        self.slot = slot
        self.table = table
        self.metrics = metrics
        isDirty = behind
    }

    /// Something was published. Without that nothing is written: the checkpoint's own row would
    /// be progress again, for ever.
    mutating func progressed() { isDirty = true }

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
            try connection.query(RelayQueries.remember, slot, pending.xmin)
            self.pending = nil
            next = .now + Self.interval
        } else if isDirty, now >= next {
            pending = try horizon()
            isDirty = false
        }
    }

    private func watch() throws {
        _ = try horizon()
        if let row = try connection.query(RelayQueries.retained, slot).first {
            metrics.slot(retainedBytes: try row.read(0))
        }
    }

    private func horizon() throws -> (xmin: String, position: LSN) {
        let row = try connection.query(
            RelayQueries.horizon, table.publication, table.schema, table.name)[0]
        let position: String = try row.read(1)
        guard try row.read(2, as: Bool.self) else {
            throw RelayError(
                .notPublished, "\(table.quoted) was taken out of \(table.publication)")
        }
        guard let position = LSN(position) else {
            throw PostgresError(.invalidValue, "'\(position)' is no position of the log")
        }
        return (try row.read(0), position)
    }
}
