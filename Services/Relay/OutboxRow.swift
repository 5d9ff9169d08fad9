import Postgres

/// One row of the outbox, as bytes that somebody else owns: valid while the message is that they
/// lie in.
struct OutboxRow {
    /// How a row is told from all others.
    enum ID {
        /// 16 bytes.
        case uuid(UnsafeRawBufferPointer)
        case text(UnsafeRawBufferPointer)
        case number(Int64)
    }

    let id: ID
    let topic: UnsafeRawBufferPointer
    let key: UnsafeRawBufferPointer
    /// Empty where there is none.
    let type: UnsafeRawBufferPointer
    /// Without an address for NULL: a tombstone.
    let payload: UnsafeRawBufferPointer
    /// A flat JSON object of strings; empty where there are none.
    let headers: UnsafeRawBufferPointer
    /// Microseconds since 2000-01-01 00:00 UTC.
    let createdAt: Int64
    /// `nil` where the event is not to be linked to the one before it.
    let position: Int64?

    /// Whether there is a key at all: without one the event has no order among others.
    var hasKey: Bool { key.baseAddress != nil }

    /// Calls `body` with the id's text.
    func withID<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch id {
        case .uuid(let bytes): WireText.withUUID(bytes, body)
        case .text(let bytes): body(bytes)
        case .number(let number): WireText.withNumber(number, body)
        }
    }
}

extension OutboxRow {
    /// A row of `ParkingQueries.released`, valid while the query's rows are.
    /// Throws `PostgresError`.
    init(parked row: Row) throws(PostgresError) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        id = .text(try row.bytes(0) ?? none)
        topic = try row.bytes(1) ?? none
        key = try row.bytes(2) ?? none
        type = try row.bytes(3) ?? none
        payload = try row.bytes(4) ?? none
        headers = try row.bytes(5) ?? none
        createdAt = try row.read(6)
        position = try row.read(7)
    }
}
