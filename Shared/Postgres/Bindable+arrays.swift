// The binary form of a one-dimensional array (`array_send` in Postgres): dimensions, whether it
// holds NULLs, the element's type, length and lower bound, then each element after its length.

extension BindableScalar {
    public static var arrayType: ParameterType {
        ParameterType(oid: elementType.arrayOID, isBinary: true)
    }

    public static func encode(
        array: [Self], into bytes: inout [UInt8]
    ) throws(PostgresError) {
        try bytes.appendArrayHeader(count: array.count, hasNulls: false, elementType)
        for element in array { try bytes.appendElement(element) }
    }
}

extension Optional: BindableElement where Wrapped: BindableScalar {
    public static var arrayType: ParameterType { Wrapped.arrayType }

    public static func encode(
        array: [Wrapped?], into bytes: inout [UInt8]
    ) throws(PostgresError) {
        let hasNulls = array.contains { $0 == nil }
        try bytes.appendArrayHeader(
            count: array.count, hasNulls: hasNulls, Wrapped.elementType)
        for element in array {
            if let element {
                try bytes.appendElement(element)
            } else {
                bytes.appendBigEndian(Int32(-1))
            }
        }
    }
}

extension UInt8: BindableElement {
    public static var arrayType: ParameterType {
        ParameterType(oid: TypeOID.bytea, isBinary: true)
    }

    public static func encode(array: [UInt8], into bytes: inout [UInt8]) {
        bytes.append(contentsOf: array)
    }
}

/// So that `[[UInt8]]` is a `bytea[]`.
extension Array: BindableScalar, BindableElement where Element == UInt8 {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.bytea, arrayOID: TypeOID.byteaArray)
    }

    public func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: self) }
}

extension [UInt8] {
    fileprivate mutating func appendArrayHeader(
        count: Int, hasNulls: Bool, _ type: ElementType
    ) throws(PostgresError) {
        guard let count = Int32(exactly: count) else {
            throw PostgresError(.invalidValue, "an array holds more than 2^31 elements")
        }
        appendBigEndian(Int32(count == 0 ? 0 : 1))
        appendBigEndian(Int32(hasNulls ? 1 : 0))
        appendBigEndian(type.oid)
        if count > 0 {
            appendBigEndian(count)
            appendBigEndian(Int32(1))
        }
    }

    fileprivate mutating func appendElement(
        _ element: some BindableScalar
    ) throws(PostgresError) {
        let start = count
        appendBigEndian(Int32(0))
        try element.encode(into: &self)
        guard let length = Int32(exactly: count - start - 4) else {
            throw PostgresError(.invalidValue, "an array's element is larger than 2 GiB")
        }
        Swift.withUnsafeBytes(of: length.bigEndian) { prefix in
            for index in 0..<4 { self[start + index] = prefix[index] }
        }
    }
}
