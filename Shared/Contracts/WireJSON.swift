import CanonicalJSON

/// The one way JSON is written and read inside Farthing: snake_case, sorted keys, RFC 3339 times.
///
/// Keys are sorted so that the same value is always the same bytes: golden files, request hashes
/// and replayed answers rely on it.
public enum WireJSON {
    /// Writes a value. Throws `EncodingError`.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try CanonicalJSON.encode(value, dates: RFC3339.format)
    }

    /// Reads a value that a program of ours wrote. Throws `DecodingError`, which names the path of
    /// what is wrong.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: some Sequence<UInt8>
    ) throws -> Value {
        do {
            return try CanonicalJSON.decode(from: Array(bytes), dates: RFC3339.parse)
        } catch let fault as JSONFault {
            throw DecodingError(fault)
        }
    }

    /// Reads what a stranger sent. Throws `JSONFault` for what no request may hold, and
    /// `DecodingError`.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, fromRequest bytes: [UInt8]
    ) throws -> Value {
        try CanonicalJSON.decode(from: bytes, strictness: .request, dates: RFC3339.parse)
    }
}
