public import FoundationEssentials

/// JSON as it is written, to be sent to a `json` or `jsonb` column, or read from one.
public struct JSONText: Sendable, Hashable {
    /// The JSON document.
    public let text: String

    /// Takes JSON; Postgres checks it.
    public init(_ text: String) { self.text = text }

    /// Takes JSON in UTF-8.
    public init(_ bytes: some Collection<UInt8>) {
        self.text = String(decoding: bytes, as: UTF8.self)
    }
}

extension Bool: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.bool, arrayOID: TypeOID.boolArray)
    }
    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension Int16: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.int2, arrayOID: TypeOID.int2Array)
    }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Int32: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.int4, arrayOID: TypeOID.int4Array)
    }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Int64: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.int8, arrayOID: TypeOID.int8Array)
    }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Int: BindableScalar {
    public static var elementType: ElementType { Int64.elementType }
    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(Int64(self)) }
}

extension UUID: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.uuid, arrayOID: TypeOID.uuidArray)
    }
    public func encode(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }
}

extension Date: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.timestamptz, arrayOID: TypeOID.timestamptzArray)
    }
    public func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        guard let microseconds = PostgresTime.microseconds(self) else {
            throw PostgresError(.invalidValue, "a date lies outside of what Postgres can store")
        }
        bytes.appendBigEndian(microseconds)
    }
}

extension String: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.text, arrayOID: TypeOID.textArray)
    }

    /// Text of no type: the server infers what the place needs.
    public static var parameterType: ParameterType {
        ParameterType(oid: TypeOID.unspecified, isBinary: false)
    }

    public func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        let start = bytes.count
        bytes.append(contentsOf: utf8)
        // As a text parameter it would silently end there; in an array the server refuses it.
        guard !bytes[start...].contains(0) else {
            throw PostgresError(.invalidValue, "text for Postgres holds a NUL character")
        }
    }
}

extension JSONText: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.jsonb, arrayOID: TypeOID.jsonbArray)
    }

    /// Text of no type, so that it fits `json` and `jsonb`.
    public static var parameterType: ParameterType { String.parameterType }

    public func bind(to parameters: inout Parameters) throws(PostgresError) {
        try text.bind(to: &parameters)
    }

    /// The binary form of `jsonb` is a version and then text.
    public func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        bytes.append(1)
        try text.encode(into: &bytes)
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
