/// A value that can be read from a result's column.
///
/// | column | Swift |
/// |---|---|
/// | `int2`, `int4`, `int8`, `oid`, `xid8` | `Int`, `Int64`, `Int32`, `Int16`, if it fits |
/// | `bool`, `uuid` | `Bool`, `UUID` |
/// | `timestamptz`, `timestamp` (taken as UTC) | `Date` |
/// | `text`, `varchar`, `char`, `name`, enums, `json`, `jsonb` | `String`, `JSONText`, `[UInt8]` |
/// | `bytea` | `[UInt8]` |
/// | `pg_lsn` | `LSN` |
/// | `tid` | `TupleID` |
/// | arrays of these | arrays, also of optionals |
///
/// Anything else (`numeric`, which `sum(bigint)` gives, `interval` …) is cast in SQL.
public protocol Readable: Sendable {
    /// Throws `.invalidValue` where the column's type or the value does not fit, and
    /// `.unexpectedNull` for NULL.
    static func read(from cell: Cell) throws(PostgresError) -> Self
}

/// What an array that is read from one column may hold.
public protocol ReadableElement: Sendable {
    static func read(array cell: Cell) throws(PostgresError) -> [Self]
}

/// A value that an array's element may be.
public protocol ReadableScalar: Readable, ReadableElement {}

/// One value in Postgres' binary format, as it lies in a result's memory.
///
/// Valid only while it is being read: never keep it.
public struct Cell {
    /// The column's type.
    public let type: UInt32
    /// The value's bytes; `nil` for NULL.
    public let bytes: UnsafeRawBufferPointer?

    /// The bytes, where NULL is not allowed.
    func nonNull() throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let bytes else {
            throw PostgresError(.unexpectedNull, "NULL where a value is needed")
        }
        return bytes
    }

    func mismatch(_ wanted: Any.Type) -> PostgresError {
        PostgresError(.invalidValue, "type \(type) cannot be read as \(wanted)")
    }
}

extension Optional: Readable where Wrapped: Readable {
    public static func read(from cell: Cell) throws(PostgresError) -> Wrapped? {
        guard cell.bytes != nil else { return nil }
        return try Wrapped.read(from: cell)
    }
}

extension Array: Readable where Element: ReadableElement {
    public static func read(from cell: Cell) throws(PostgresError) -> [Element] {
        try Element.read(array: cell)
    }
}
