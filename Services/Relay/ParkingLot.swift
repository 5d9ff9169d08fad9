import Logging
import Postgres

/// The rows of one source that could not be published, in a table of the source's own database.
///
/// A row that Kafka will never take must not stop all others. It is parked, and with it what comes
/// later under its key, or of its topic where the topic is at fault, so that the order of a key
/// holds. An operator removes the cause and releases it, or discards it; the relay, which alone
/// appends here and publishes from here, does the rest in between two transactions of the log.
final class ParkingLot {
    private struct Place: Hashable {
        let topic, key: [UInt8]
    }

    /// Rows are written when there are so many, or so many bytes of them.
    private static let batch = (rows: 500, bytes: 4_000_000)
    private static let interval = Duration.seconds(1)

    private let connection: Connection
    private let slot: String
    private let metrics: SourceMetrics
    private let logger: Logger
    private var topics: Set<[UInt8]> = []
    private var keys: Set<Place> = []
    /// How many rows are parked; more where one was that had been already, until the next look.
    private var count = 0
    private var pending: [ParkedRow] = []
    private var pendingBytes = 0
    /// As it was before the last look, unless a look is due whatever it says.
    private var fingerprint: [Int]?
    private var nextLook = ContinuousClock.now

    /// Reads what is parked. Throws `PostgresError`.
    init(
        url: String, slot: String, metrics: SourceMetrics, logger: Logger
    ) throws(PostgresError) {
        connection = try Connection(url: url, applicationName: "farthing-relay-parking")
        self.slot = slot
        self.metrics = metrics
        self.logger = logger
        try load()
    }

    /// Whether anything is parked.
    var isInUse: Bool { count > 0 }

    /// Whether the row must wait for another.
    func holds(_ row: OutboxRow) -> Bool {
        // A row without a key is parked alone.
        if topics.isEmpty, keys.isEmpty { return false }
        let topic = [UInt8](row.topic)
        if topics.contains(topic) { return true }
        return row.hasKey && keys.contains(Place(topic: topic, key: [UInt8](row.key)))
    }

    /// Keeps the row; it is in the table after the next `flush`.
    func park(_ row: OutboxRow, _ reason: ParkingReason, _ detail: String, token: UInt) {
        let parked = ParkedRow(row, reason, detail, token: token)
        pending.append(parked)
        count += 1
        pendingBytes += parked.size
        let topic = [UInt8](row.topic)
        if reason.isOfTopic {
            topics.insert(topic)
        } else if row.hasKey {
            keys.insert(Place(topic: topic, key: [UInt8](row.key)))
        }
        metrics.parked(reason)
        guard reason != .behind else { return }
        logger.error(
            "a row is parked, and its key with it: see 'relay parked list'",
            metadata: [
                "id": "\(parked.id)", "topic": "\(parked.topic)", "key": "\(parked.key ?? "")",
                "reason": "\(reason.rawValue)", "detail": "\(detail)",
            ])
    }

    /// How many rows wait for the next `flush`.
    var waiting: Int { pending.count }

    /// Whether no more should be kept before the next `flush`.
    var isFull: Bool { pending.count >= Self.batch.rows || pendingBytes >= Self.batch.bytes }

    /// Writes what was parked; gives the tokens of the rows. Throws `PostgresError`.
    func flush() throws(PostgresError) -> [UInt] {
        guard !pending.isEmpty else { return [] }
        try pending.write(slot: slot, to: connection)
        // What is at fault may be discarded before it was ever looked at.
        if pending.contains(where: { $0.reason != .behind }) { fingerprint = nil }
        defer {
            pending.removeAll()
            pendingBytes = 0
        }
        return pending.map(\.token)
    }

    /// The next rows that are to be published, if an operator has released any since it was last
    /// asked; what holds them is forgotten until `published`. Looks once a second, and only if
    /// anything is parked. Throws `PostgresError`.
    func released() throws(PostgresError) -> Rows? {
        guard isInUse, pending.isEmpty, ContinuousClock.now >= nextLook else { return nil }
        nextLook = .now + Self.interval
        let found = try readFingerprint()
        if found == fingerprint { return nil }
        // Read before anything is done about it: what changes meanwhile makes for another look.
        fingerprint = found
        // In one snapshot: if a row at fault were discarded between the two, the rows behind it that
        // are released already would overtake those that are not.
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try connection.query(ParkingQueries.releaseBehind, slot)
        let rows = try connection.query(ParkingQueries.released, slot)
        try connection.execute("COMMIT")
        if rows.isEmpty {
            try load()
            return nil
        }
        topics = []
        keys = []
        return rows
    }

    /// Forgets rows that are in Kafka, but for those that were parked again meanwhile.
    /// Throws `PostgresError`.
    func published(_ rows: Rows) throws(PostgresError) {
        var ids: [String] = []
        for row in rows { ids.append(try row.read(0)) }
        try connection.query(ParkingQueries.remove, slot, ids)
        try load()
        // There may be more.
        fingerprint = nil
        nextLook = .now
    }

    private func load() throws(PostgresError) {
        topics = []
        keys = []
        for row in try connection.query(ParkingQueries.topicsAtFault, slot) {
            topics.insert(Array(try row.read(0, as: String.self).utf8))
        }
        for row in try connection.query(ParkingQueries.heldKeys, slot) {
            keys.insert(
                Place(
                    topic: Array(try row.read(0, as: String.self).utf8),
                    key: Array(try row.read(1, as: String.self).utf8)))
        }
        count = try connection.query(ParkingQueries.count, slot)[0].read(0)
        metrics.parked(total: count)
    }

    private func readFingerprint() throws(PostgresError) -> [Int] {
        let row = try connection.query(ParkingQueries.fingerprint, slot)[0]
        return [try row.read(0), try row.read(1), try row.read(2)]
    }
}
