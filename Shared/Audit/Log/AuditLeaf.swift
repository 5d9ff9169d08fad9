/// One fact as it is sealed: a row of a table, or several that belong together.
public struct AuditLeaf: Codable, Equatable, Sendable {
    /// What sort of fact: `audit`, `transfer`.
    public let kind: String
    /// Its id: `aud_17`, `txn_…`.
    public let key: String
    /// When it was written down, in microseconds since 1970-01-01 UTC.
    public let at: Int64
    /// All that it says, in one canonical form.
    public let content: String

    public init(kind: String, key: String, at: Int64, content: String) {
        self.kind = kind
        self.key = key
        self.at = at
        self.content = content
    }

    /// What is hashed. Neither kinds nor keys have line breaks, so that no two facts have the
    /// same bytes.
    public var bytes: [UInt8] {
        Array("farthing-audit/v1\n\(kind)\n\(key)\n\(at)\n\(content)".utf8)
    }

    public var hash: TreeHash { .leaf(bytes) }
}

/// Why something about an audit trail cannot be read or written: one line, for people.
public struct AuditError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
