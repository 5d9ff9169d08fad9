import CanonicalJSON
import FoundationEssentials
import TestSupport

/// Any JSON value.
enum Anything: Decodable, Equatable {
    case null
    case boolean(Bool)
    /// Not as an integer, to which Foundation rounds what is nearly one.
    case number(Double)
    case string(String)
    case array([Anything])
    case object([String: Anything])
    /// A number that is too large, or zero, which Foundation refuses to read if it has an exponent.
    case unreadable

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self), value != 0 {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: Anything].self) {
            self = .object(value)
        } else if let value = try? container.decode([Anything].self) {
            self = .array(value)
        } else {
            self = .unreadable
        }
    }
}

/// The same text, read by our decoder and by Foundation's.
enum Reading {
    static func ours<Value: Decodable>(
        _ text: some Sequence<UInt8>, as type: Value.Type = Value.self
    ) throws -> Value {
        try CanonicalJSON.decode(from: Array(text)) {
            Double($0).map(Date.init(timeIntervalSince1970:))
        }
    }

    static func foundations<Value: Decodable>(
        _ text: some Sequence<UInt8>, as type: Value.Type = Value.self
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let seconds = Double(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "no number of seconds")
            }
            return Date(timeIntervalSince1970: seconds)
        }
        return try decoder.decode(type, from: Data(text))
    }
}

/// Writes documents of every shape, in every way JSON lets a thing be written.
struct DocumentWriter {
    var random: SeededRandom

    mutating func document(depth: Int = 0) -> String {
        let space = pick(["", "", "", " ", "\n\t", "\r"])
        return space + value(depth: depth) + space
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 5), using: &random) {
        case 0: return pick(["null", "true", "false"])
        case 1: return "\(Int64.random(in: .min ... .max, using: &random))"
        case 2: return number()
        case 3, 4: return string()
        case 5: return "[\(elements(depth: depth) { $0.document(depth: depth + 1) })]"
        default:
            return
                "{\(elements(depth: depth) { $0.string() + ":" + $0.document(depth: depth + 1) })}"
        }
    }

    private mutating func elements(
        depth: Int, _ element: (inout DocumentWriter) -> String
    ) -> String {
        let count = pick(depth < 3 ? [0, 1, 2, 3] : [0, 1, 2, 40])
        return (0..<count).map { _ in element(&self) }.joined(separator: ",")
    }

    private mutating func number() -> String {
        let digits = String(Int.random(in: 0...pick([9, 1_000_000]), using: &random))
        let fraction = pick(["", ".0", ".5", ".250", ".000001"])
        let exponent = pick(["", "e1", "E+2", "e-3", "e10"])
        return pick(["", "-"]) + digits + fraction + exponent
    }

    private mutating func string() -> String {
        let parts = [
            "a", "order_id", "camelCase", "_x_", "é", "日本", "😀", " ", "/", #"\/"#, #"\""#,
            #"\\"#, #"\n"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\u0041"#, "0123456789abcdef",
        ]
        let count = Int.random(in: 0...4, using: &random)
        return "\"" + (0..<count).map { _ in pick(parts) }.joined() + "\""
    }

    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }
}
