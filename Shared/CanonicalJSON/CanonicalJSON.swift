public import FoundationEssentials

/// Writes what a time comes to.
typealias DateWriter = @Sendable (Date) -> String

/// Writes JSON of which there is one form: names in snake case, members sorted by them, no space
/// and no needless escape. Reads it in any form.
///
/// Every message, saga and answer is written and read here, most of them more than once.
/// Foundation's encoder, told to write the same, was a sixth of the payment service's processor
/// time (2026-11), its decoder a quarter of the ledger's.
///
/// It is a module of its own because `Encoder` has to know numbers with a fraction, which nothing
/// near money may.
public enum CanonicalJSON {
    /// Writes a value, its times by `dates`. Throws `EncodingError`.
    public static func encode(
        _ value: some Encodable, dates: @escaping @Sendable (Date) -> String
    ) throws -> [UInt8] {
        if let value = value as? any WritesJSON {
            var json = JSONText(dates)
            value.write(to: &json)
            return json.bytes
        }
        var text: [UInt8] = []
        text.reserveCapacity(512)
        try ValueEncoder.value(of: value, dates).write(to: &text)
        return text
    }

    /// Reads a value, its times by `dates`, from a text of ours or, if `strictness` says so, from a
    /// request. Throws `JSONFault` for a text that is refused as such, and `DecodingError`, whose
    /// path has the names that the text has.
    public static func decode<Decoded: Decodable>(
        _ type: Decoded.Type = Decoded.self, from text: [UInt8],
        strictness: JSONStrictness = .ours, dates: @escaping @Sendable (String) -> Date?
    ) throws -> Decoded {
        let document = try Document(text, strictness, dates)
        do {
            let value = try document.value(of: type, at: 0)
            try document.refuseUnknown()
            return value
        } catch let unknown as UnknownMember {
            // It is read once more to hear which names there are.
            let misses = Misses()
            _ = try? Document(text, strictness, dates, misses: misses).value(of: type, at: 0)
            throw document.fault(unknown, among: misses.names(in: unknown.object))
        }
    }
}

extension DecodingError {
    /// What is wrong with a text, for whom it makes no difference where that was found.
    public init(_ fault: JSONFault) {
        self = .dataCorrupted(.init(codingPath: [], debugDescription: fault.reason))
    }
}
