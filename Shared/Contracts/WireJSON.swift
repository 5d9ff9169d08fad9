import CanonicalJSON
import FoundationEssentials

/// The one way JSON is written and read inside Farthing: snake_case, sorted keys, RFC 3339 times.
///
/// Keys are sorted so that the same value is always the same bytes: golden files, request hashes
/// and replayed answers rely on it.
public enum WireJSON {
    /// Writes a value. Throws `EncodingError`.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try CanonicalJSON.encode(value, dates: RFC3339.format)
    }

    /// Reads a value. Throws `DecodingError`, which names the path of what is wrong.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: some Sequence<UInt8>
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = RFC3339.parse(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is not an RFC 3339 time")
            }
            return date
        }
        return try decoder.decode(type, from: Data(bytes))
    }
}
