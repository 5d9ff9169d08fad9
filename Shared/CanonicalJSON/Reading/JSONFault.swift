/// How much a text may hold.
public enum JSONStrictness: Sendable {
    /// What a program of ours wrote: any JSON, of two members with one name the first.
    case ours
    /// What a stranger sends: nothing that money must not be written in, that readers may take
    /// differently or that Postgres cannot store. That is: numbers with a fraction, an exponent or
    /// more than 64 bits, NUL characters, a member named twice, nesting deeper than any request
    /// needs, and members that the type has not: who sends one means something by it. A member has
    /// one name, in snake case.
    case request

    /// How many arrays and objects may be inside each other: deep enough for every text of its
    /// kind, shallow enough for every stack.
    public var maximumDepth: Int {
        switch self {
        case .ours: 512
        case .request: 32
        }
    }
}

/// Why a text is refused, whatever is decoded from it or, for a member that is unknown, because of
/// that.
public struct JSONFault: Error, Equatable {
    public enum Kind: Equatable, Sendable {
        /// Not JSON (RFC 8259).
        case malformed
        /// JSON, with something that no text of this strictness may hold.
        case forbidden
        /// A member that what is decoded has not.
        case unknown
    }

    public let kind: Kind
    /// A sentence for whoever wrote the text.
    public let reason: String
    /// Where: `entries[1].amount`. Empty for the whole text.
    public let path: String
}
