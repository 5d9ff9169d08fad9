import Postgres

/// Holds back what a synchronous standby may not have yet.
///
/// The log tells of a commit as soon as this server has it on disk. Where commits wait for a standby
/// (`synchronous_standby_names`), whoever committed is told later, and a server that takes over
/// before may know nothing of it: its event would tell of what never happened. PostgreSQL counts
/// such a transaction as running until the standby has answered, and so does this.
struct CommitGate: ~Copyable {
    /// How often it is looked whether commits wait for a standby at all.
    private static let interval = Duration.seconds(5)

    private let connection: Connection
    private var isNeeded = false
    private var nextLook = ContinuousClock.now
    private var snapshot: TransactionSnapshot?

    /// Throws `PostgresError`.
    init(url: String) throws(PostgresError) {
        connection = try Connection(url: url, applicationName: "farthing-relay-commits")
    }

    /// Whether a transaction that the log tells of may be published. Ask again after a moment if not.
    /// Throws `PostgresError`.
    mutating func isOpen(for transaction: UInt32) throws -> Bool {
        let now = ContinuousClock.now
        if now >= nextLook {
            nextLook = now + Self.interval
            isNeeded = try connection.query(RelayQueries.waitsForStandby)[0].read(0)
        }
        if !isNeeded || snapshot?.hasEnded(transaction) == true { return true }
        let newer = try TransactionSnapshot(connection.query(RelayQueries.snapshot)[0])
        snapshot = newer
        return newer.hasEnded(transaction)
    }
}

/// Which transactions had ended at a moment, by the lower half of their numbers, as the log has it.
struct TransactionSnapshot {
    /// All below have ended.
    let xmin: UInt32
    /// Of this one and all after it nothing is known.
    let xmax: UInt32
    /// Those in between that run.
    let running: Set<UInt32>

    func hasEnded(_ transaction: UInt32) -> Bool {
        xmax.isAfter(transaction)
            && (xmin.isAfter(transaction) || !running.contains(transaction))
    }
}

extension TransactionSnapshot {
    /// Of the columns xmin, xmax and those that run, as `bigint`s.
    fileprivate init(_ row: Row) throws(PostgresError) {
        self.init(
            xmin: UInt32(truncatingIfNeeded: try row.read(0, as: Int64.self)),
            xmax: UInt32(truncatingIfNeeded: try row.read(1, as: Int64.self)),
            running: Set(
                try row.read(2, as: [Int64].self).map { UInt32(truncatingIfNeeded: $0) }))
    }
}

extension UInt32 {
    /// Whether, of two transactions, this is the later one: 32 bits go round in a circle, and the
    /// nearer half of it lies ahead.
    func isAfter(_ other: UInt32) -> Bool { Int32(truncatingIfNeeded: self &- other) > 0 }
}
