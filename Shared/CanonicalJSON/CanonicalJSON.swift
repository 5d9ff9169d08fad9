public import FoundationEssentials

/// Writes what a time comes to.
typealias DateWriter = @Sendable (Date) -> String

/// Writes JSON of which there is one form: names in snake case, members sorted by them, no space
/// and no needless escape.
///
/// Every message, saga and answer is written here, most of them more than once. Foundation's
/// encoder, told to write the same, was a sixth of the payment service's processor time (2026-11).
///
/// It is a module of its own because `Encoder` has to know numbers with a fraction, which nothing
/// near money may.
public enum CanonicalJSON {
    /// Writes a value, its times by `dates`. Throws `EncodingError`.
    public static func encode(
        _ value: some Encodable, dates: @escaping @Sendable (Date) -> String
    ) throws -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(512)
        try ValueEncoder.value(of: value, dates).write(to: &text)
        return text
    }
}
