import FoundationEssentials
import Postgres

/// One row of the outbox, as bytes that somebody else owns: valid while the message is that they
/// lie in.
struct OutboxRow {
    /// How a row is told from all others.
    enum ID {
        /// 16 bytes.
        case uuid(UnsafeRawBufferPointer)
        case text(UnsafeRawBufferPointer)
    }

    let id: ID
    let topic: UnsafeRawBufferPointer
    let key: UnsafeRawBufferPointer
    let type: UnsafeRawBufferPointer
    let payload: UnsafeRawBufferPointer
    /// A flat JSON object of strings.
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
        }
    }
}

/// One row of the outbox as a table gives it, in one piece of memory.
struct OutboxRowCopy {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private let hasTextID: Bool
    private let hasKey: Bool
    private let createdAt: Int64
    private let position: Int64?

    /// Reads a row of `RelayQueries.openCursor`. Throws `PostgresError`.
    init(_ row: Row) throws(PostgresError) {
        let id: UUID = try row.read(0)
        try self.init(row, id: withUnsafeBytes(of: id.uuid) { [UInt8]($0) }, isText: false)
    }

    /// Reads a row of `ParkingQueries.released`. Throws `PostgresError`.
    init(parked row: Row) throws(PostgresError) {
        try self.init(row, id: Array(try row.read(0, as: String.self).utf8), isText: true)
    }

    private init(_ row: Row, id: [UInt8], isText: Bool) throws(PostgresError) {
        hasTextID = isText
        createdAt = try row.read(6)
        position = try row.read(7)
        let key: String? = try row.read(2)
        hasKey = key != nil
        append(id)
        append(try row.read(1, as: String.self).utf8)
        append((key ?? "").utf8)
        append(try row.read(3, as: String.self).utf8)
        append(try row.read(4, as: [UInt8].self))
        append(try row.read(5, as: String.self).utf8)
    }

    private mutating func append(_ piece: some Sequence<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(bytes.count)
    }

    /// Calls `body` with the row.
    func withRow<Result>(_ body: (OutboxRow) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { buffer in
            func piece(_ index: Int) -> UnsafeRawBufferPointer {
                let start = index == 0 ? 0 : ends[index - 1]
                return UnsafeRawBufferPointer(rebasing: buffer[start..<ends[index]])
            }
            return try body(
                OutboxRow(
                    id: hasTextID ? .text(piece(0)) : .uuid(piece(0)), topic: piece(1),
                    key: hasKey ? piece(2) : UnsafeRawBufferPointer(start: nil, count: 0),
                    type: piece(3), payload: piece(4), headers: piece(5), createdAt: createdAt,
                    position: position))
        }
    }
}

/// Where the outbox's columns stand in what the log tells of an inserted row.
struct OutboxLayout {
    private let id, topic, key, type, payload, headers, createdAt: Int
    /// Not there in a table that somebody else made.
    private let position: Int?

    /// Throws `.malformedOutbox` if a column is missing.
    init(_ relation: PgOutput.Relation) throws(RelayError) {
        func index(_ name: String) throws(RelayError) -> Int {
            if let index = relation.index(of: name) { return index }
            throw RelayError(
                .malformedOutbox, "\(relation.schema).\(relation.name) has no column \(name)")
        }
        id = try index("id")
        topic = try index("topic")
        key = try index("aggregateid")
        type = try index("type")
        payload = try index("payload")
        headers = try index("headers")
        createdAt = try index("created_at")
        position = relation.index(of: "position")
    }

    /// The row that was inserted. Throws `.malformedOutbox`.
    func row(_ insert: PgOutput.Insert) throws(RelayError) -> OutboxRow {
        func bytes(_ index: Int) throws(RelayError) -> UnsafeRawBufferPointer {
            guard index < insert.values.count, case .binary(let bytes) = insert.values[index]
            else {
                throw RelayError(.malformedOutbox, "column \(index) of the outbox is not binary")
            }
            return bytes
        }
        let (id, headers, createdAt) = (
            try bytes(id), try bytes(headers), try bytes(createdAt)
        )
        // jsonb's binary form: its version, 1, and the text.
        guard id.count == 16, createdAt.count == 8, headers.first == 1 else {
            throw RelayError(.malformedOutbox, "a column of the outbox has not the type it should")
        }
        return OutboxRow(
            id: .uuid(id), topic: try bytes(topic), key: try bytes(key), type: try bytes(type),
            payload: try bytes(payload),
            headers: UnsafeRawBufferPointer(rebasing: headers.dropFirst()),
            createdAt: Int64(bigEndian: createdAt.loadUnaligned(as: Int64.self)),
            position: try position.map(bytes).map { bytes throws(RelayError) in
                guard bytes.count == 8 else {
                    throw RelayError(.malformedOutbox, "the outbox's position is not a bigint")
                }
                return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            })
    }
}
