import CPostgres

/// The parameters of one statement in their wire format, one after the other in one buffer.
public struct Parameters {
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private(set) var types: [UInt32] = []

    var count: Int { types.count }
    /// Of all values together.
    var byteCount: Int { bytes.count }

    /// Forgets everything but keeps the memory for the next statement.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
    }

    mutating func appendNull(_ type: ParameterType) {
        offsets.append(nil)
        lengths.append(0)
        note(type)
    }

    mutating func append(
        _ type: ParameterType, _ encode: (inout [UInt8]) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        let start = bytes.count
        try encode(&bytes)
        guard let length = Int32(exactly: bytes.count - start) else {
            throw PostgresError(.invalidValue, "a parameter is larger than 2 GiB")
        }
        // libpq finds the end of a text parameter by its NUL.
        bytes.append(0)
        offsets.append(start)
        lengths.append(length)
        note(type)
    }

    private mutating func note(_ type: ParameterType) {
        formats.append(type.isBinary ? 1 : 0)
        types.append(type.oid)
    }

    /// Lends the arrays as libpq wants them: values, lengths and formats.
    func withPointers<Result>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { raw in
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            return values.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
