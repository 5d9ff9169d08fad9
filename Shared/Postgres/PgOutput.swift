/// Decodes `pgoutput`, the format of Postgres' logical replication (protocol version 1).
///
/// Pure: no I/O, no clock. Column values stay where they are in the message's memory. All
/// lengths are checked, and whatever does not follow the protocol is `.malformedMessage`.
/// (https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html)
public enum PgOutput {
    /// One message of the stream.
    public enum Message {
        /// A transaction's changes follow; transactions come whole, in commit order.
        case begin(Begin)
        /// The transaction is complete.
        case commit(Commit)
        /// What the relation of later inserts looks like: sent before the first of them, and
        /// again after the relation was altered.
        case relation(Relation)
        /// A row was inserted.
        case insert(Insert)
        /// Something that says nothing about inserted rows (origin, type, update, delete …): its
        /// first byte.
        case ignored(UInt8)
    }

    /// The beginning of a transaction.
    public struct Begin: Hashable, Sendable {
        /// Where its commit record lies.
        public let finalLSN: LSN
        /// When it was committed, in microseconds since 2000-01-01 00:00 UTC.
        public let committedAt: Int64
        public let transactionID: UInt32
    }

    /// The end of a transaction.
    public struct Commit: Hashable, Sendable {
        /// Where the commit record lies.
        public let commitLSN: LSN
        /// Where it ends: what to confirm once the transaction was dealt with.
        public let endLSN: LSN
        /// Microseconds since 2000-01-01 00:00 UTC.
        public let committedAt: Int64
    }

    /// A table's shape.
    public struct Relation: Hashable, Sendable {
        public struct Column: Hashable, Sendable {
            public let name: String
            public let type: UInt32

            public init(name: String, type: UInt32) {
                self.name = name
                self.type = type
            }
        }

        public let id: UInt32
        public let schema: String
        public let name: String
        public let columns: [Column]

        /// Where a column stands in this relation's inserts.
        public func index(of column: String) -> Int? {
            columns.firstIndex { $0.name == column }
        }
    }

    /// A new row. Its values point into the message: valid only while the message is.
    public struct Insert {
        public let relation: UInt32
        /// How many columns it has.
        public let count: Int
        /// The columns as they lie in the message, checked when it was decoded.
        fileprivate let tuple: UnsafeRawBufferPointer

        /// Calls `body` with each column's place and value, without allocating.
        public func forEach(_ body: (Int, Value) throws -> Void) rethrows {
            var start = 0
            for index in 0..<count {
                let (value, end) = tuple.value(at: start)
                try body(index, value)
                start = end
            }
        }

        /// All columns' values.
        public var values: [Value] {
            var values: [Value] = []
            values.reserveCapacity(count)
            forEach { values.append($1) }
            return values
        }
    }

    /// One column's value, as it lies in the message.
    public enum Value {
        case null
        /// A large value that an update left alone.
        case unchanged
        case text(UnsafeRawBufferPointer)
        case binary(UnsafeRawBufferPointer)
    }

    /// Decodes one message.
    ///
    /// Throws `.malformedMessage`.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(PostgresError) -> Message {
        var reader = ByteReader(bytes)
        let kind = try reader.next(UInt8.self)
        let message: Message
        switch kind {
        case UInt8(ascii: "B"): message = .begin(try begin(&reader))
        case UInt8(ascii: "C"): message = .commit(try commit(&reader))
        case UInt8(ascii: "R"): message = .relation(try relation(&reader))
        case UInt8(ascii: "I"): message = .insert(try insert(&reader))
        default: return .ignored(kind)
        }
        guard reader.remaining == 0 else {
            throw PostgresError(
                .malformedMessage, "\(reader.remaining) bytes after the end of the message")
        }
        return message
    }

    private static func begin(_ reader: inout ByteReader) throws(PostgresError) -> Begin {
        Begin(
            finalLSN: LSN(rawValue: try reader.next(UInt64.self)),
            committedAt: try reader.next(Int64.self),
            transactionID: try reader.next(UInt32.self))
    }

    private static func commit(_ reader: inout ByteReader) throws(PostgresError) -> Commit {
        _ = try reader.next(UInt8.self)
        return Commit(
            commitLSN: LSN(rawValue: try reader.next(UInt64.self)),
            endLSN: LSN(rawValue: try reader.next(UInt64.self)),
            committedAt: try reader.next(Int64.self))
    }

    private static func relation(_ reader: inout ByteReader) throws(PostgresError) -> Relation {
        let id = try reader.next(UInt32.self)
        let schema = try reader.nextString()
        let name = try reader.nextString()
        _ = try reader.next(UInt8.self)
        var columns: [Relation.Column] = []
        for _ in 0..<(try reader.nextCount()) {
            _ = try reader.next(UInt8.self)
            let column = Relation.Column(
                name: try reader.nextString(), type: try reader.next(UInt32.self))
            _ = try reader.next(Int32.self)
            columns.append(column)
        }
        return Relation(id: id, schema: schema, name: name, columns: columns)
    }

    private static func insert(_ reader: inout ByteReader) throws(PostgresError) -> Insert {
        let relation = try reader.next(UInt32.self)
        guard try reader.next(UInt8.self) == UInt8(ascii: "N") else {
            throw PostgresError(.malformedMessage, "an insert holds no new row")
        }
        let count = try reader.nextCount()
        let tuple = reader.rest
        for _ in 0..<count { try skipValue(&reader) }
        return Insert(relation: relation, count: count, tuple: tuple)
    }

    /// Checks one column's value.
    private static func skipValue(_ reader: inout ByteReader) throws(PostgresError) {
        let kind = try reader.next(UInt8.self)
        switch kind {
        case UInt8(ascii: "n"), UInt8(ascii: "u"): return
        case UInt8(ascii: "t"), UInt8(ascii: "b"): _ = try reader.nextSized()
        default: throw PostgresError(.malformedMessage, "a value of unknown kind \(kind)")
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The value that begins at a place of a tuple that was checked, and where the next one begins.
    fileprivate func value(at start: Int) -> (PgOutput.Value, end: Int) {
        switch self[start] {
        case UInt8(ascii: "n"): return (.null, start + 1)
        case UInt8(ascii: "u"): return (.unchanged, start + 1)
        case let kind:
            let length = Int(
                Int32(bigEndian: loadUnaligned(fromByteOffset: start + 1, as: Int32.self)))
            let end = start + 5 + length
            let bytes = UnsafeRawBufferPointer(rebasing: self[start + 5..<end])
            return (kind == UInt8(ascii: "t") ? .text(bytes) : .binary(bytes), end)
        }
    }
}

extension PgOutput.Value {
    /// Reads a binary value of the type that the relation gives for its column.
    ///
    /// Throws `.invalidValue` and `.unexpectedNull` like `Row.read`.
    public func read<Value: Readable>(
        _ column: PgOutput.Relation.Column, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        switch self {
        case .null: return try Value.read(from: Cell(type: column.type, bytes: nil))
        case .binary(let bytes): return try Value.read(from: Cell(type: column.type, bytes: bytes))
        case .text, .unchanged:
            throw PostgresError(.invalidValue, "column \(column.name) came in no binary form")
        }
    }
}

extension ByteReader {
    /// A number of columns.
    fileprivate mutating func nextCount() throws(PostgresError) -> Int {
        let count = Int(try next(Int16.self))
        guard count >= 0 else {
            throw PostgresError(.malformedMessage, "a negative number of columns")
        }
        return count
    }

    /// Bytes after their length.
    fileprivate mutating func nextSized() throws(PostgresError) -> UnsafeRawBufferPointer {
        try next(bytes: Int(try next(Int32.self)))
    }
}
