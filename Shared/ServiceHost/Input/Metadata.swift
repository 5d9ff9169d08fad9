import CanonicalJSON

/// What a caller wants remembered with a thing, in the limits that Stripe has: at most 50 pairs,
/// names of at most 40 characters, values of at most 500.
public struct Metadata: Codable, Hashable, Sendable {
    public static let maximumPairs = 50
    public static let maximumNameLength = 40
    public static let maximumValueLength = 500

    public let pairs: [String: String]

    /// No pairs.
    public init() { pairs = [:] }

    /// Throws 400 `invalid-field`.
    public init(
        _ pairs: [String: String], field: @autoclosure () -> String = "metadata"
    ) throws(Problem) {
        guard pairs.count <= Metadata.maximumPairs else {
            throw .invalidField(field(), "It may have at most \(Metadata.maximumPairs) pairs.")
        }
        for (name, value) in pairs {
            guard !name.isEmpty, name.hasAtMost(Metadata.maximumNameLength),
                value.hasAtMost(Metadata.maximumValueLength)
            else {
                throw .invalidField(
                    "\(field()).\(name.prefix(Metadata.maximumNameLength))",
                    """
                    A name has 1 to \(Metadata.maximumNameLength) characters, a value at most \
                    \(Metadata.maximumValueLength).
                    """)
            }
        }
        self.pairs = pairs
    }

    public init(from decoder: any Decoder) throws {
        try self.init(
            decoder.singleValueContainer().decode([String: String].self),
            field: FieldPath.text(decoder.codingPath))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pairs)
    }
}
