import CanonicalJSON

/// A name, a description or a reference in a request: 1…255 characters, without control
/// characters, so that it can be shown on a line.
public struct ShortText: Codable, Hashable, Sendable {
    public static let maximumLength = 255

    public let text: String

    /// Throws 400 `invalid-field`.
    public init(_ text: String, field: @autoclosure () -> String) throws(Problem) {
        guard !text.isEmpty, text.hasAtMost(ShortText.maximumLength),
            !text.unicodeScalars.contains(where: \.isControl)
        else {
            throw .invalidField(
                field(),
                "It must have 1 to \(ShortText.maximumLength) characters, none of them a control.")
        }
        self.text = text
    }

    public init(from decoder: any Decoder) throws {
        try self.init(
            decoder.singleValueContainer().decode(String.self),
            field: FieldPath.text(decoder.codingPath))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension Unicode.Scalar {
    /// Of the general category Cc, which is what C0, DEL and C1 are, and for ever (Unicode 16 §23.1).
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

extension String {
    /// Whether it has at most so many characters of Unicode, which are counted only if it has more
    /// bytes than that.
    func hasAtMost(_ count: Int) -> Bool { utf8.count <= count || unicodeScalars.count <= count }
}
