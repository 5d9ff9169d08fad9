import Postgres

/// A row on its way into `outbox_parked`.
struct ParkedRow {
    let id, topic, type, headers: String
    let key: String?
    /// `nil` for a tombstone.
    let payload: [UInt8]?
    let createdAt: Int64
    let position: Int64?
    let reason: ParkingReason
    let detail: String
    /// The number of its transaction.
    let token: UInt

    init(_ row: OutboxRow, _ reason: ParkingReason, _ detail: String, token: UInt) {
        func text(_ bytes: UnsafeRawBufferPointer) -> String {
            String(decoding: bytes, as: UTF8.self)
        }
        id = row.withID(text)
        topic = text(row.topic)
        key = row.hasKey ? text(row.key) : nil
        type = text(row.type)
        headers = text(row.headers)
        payload = row.payload.baseAddress.map { _ in [UInt8](row.payload) }
        createdAt = row.createdAt
        position = row.position
        self.reason = reason
        self.detail = detail
        self.token = token
    }

    /// Bytes of memory, about.
    var size: Int { (payload?.count ?? 0) + headers.utf8.count + 300 }
}

extension [ParkedRow] {
    /// Appends the rows to the table, in order. One that is parked already stays where it stands;
    /// if it had been released, it no longer is. Throws `PostgresError`.
    func write(slot: String, to connection: borrowing Connection) throws(PostgresError) {
        try connection.query(
            ParkingQueries.park, slot, map(\.id), map(\.topic), map(\.key), map(\.type),
            map(\.payload), map(\.headers), map(\.createdAt), map(\.position),
            map(\.reason.rawValue), map(\.detail))
    }
}
