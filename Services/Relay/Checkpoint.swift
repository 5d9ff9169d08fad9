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

    private let connection: Connection
    private let slot: String
    /// The pair that was read and whose position is not confirmed yet.
    private var pending: (xmin: String, position: LSN)?
    private var isDirty: Bool
    private var next = ContinuousClock.now

    /// `behind`: something was published since the last checkpoint. Throws `PostgresError`.
    init(url: String, slot: String, behind: Bool) throws(PostgresError) {
        connection = try Connection(url: url, applicationName: "farthing-relay-checkpoint")
        self.slot = slot
        isDirty = behind
    }

    /// Something was published. Without that nothing is written: the checkpoint's own row would
    /// be progress again, for ever.
    mutating func progressed() { isDirty = true }

    /// Takes the next step, if it is due. Throws `PostgresError`.
    mutating func advance(confirmed: LSN) throws(PostgresError) {
        if let pending {
            guard confirmed >= pending.position else { return }
            try connection.query(RelayQueries.remember, slot, pending.xmin)
            self.pending = nil
            next = .now + Self.interval
        } else if isDirty, ContinuousClock.now >= next {
            let row = try connection.query(RelayQueries.horizon)[0]
            let xmin: String = try row.read(0)
            let position: String = try row.read(1)
            guard let position = LSN(position) else {
                throw PostgresError(.invalidValue, "'\(position)' is no position of the log")
            }
            pending = (xmin, position)
            isDirty = false
        }
    }
}
