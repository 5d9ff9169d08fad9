/// Reads big-endian fields from a buffer, one after the other, and never beyond its end.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    /// What is left to read.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[position...]) }

    /// Throws `.malformedMessage` if the buffer ends before the field does; so do the others.
    mutating func next<Value: FixedWidthInteger>(
        _ type: Value.Type
    ) throws(PostgresError) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw truncated }
        defer { position += size }
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    mutating func next(bytes count: Int) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw truncated }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// Text that ends with a NUL, which is skipped.
    mutating func nextString() throws(PostgresError) -> String {
        guard let end = bytes[position...].firstIndex(of: 0) else { throw truncated }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    private var truncated: PostgresError {
        PostgresError(
            .malformedMessage, "\(bytes.count) bytes end within a field at \(position)")
    }
}
