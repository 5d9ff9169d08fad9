import FoundationEssentials

// What an export is made of: a folder with one JSON document and three files of JSON lines.

/// `manifest.json`: what was exported.
public struct ExportManifest: Codable, Equatable, Sendable {
    /// Of the format.
    public let version: Int
    public let service: String
    /// Microseconds since 1970-01-01 UTC, by the database's clock.
    public let exportedAt: Int64
    /// How many leaves there are.
    public let leaves: Int64

    public init(service: String, exportedAt: Int64, leaves: Int64) {
        version = Self.currentVersion
        self.service = service
        self.exportedAt = exportedAt
        self.leaves = leaves
    }

    static let currentVersion = 1

    private enum CodingKeys: String, CodingKey {
        case version, service, leaves
        case exportedAt = "exported_at"
    }
}

/// A line of `leaves.jsonl`: a leaf as it was sealed, and the row as the tables have it now.
public struct ExportedLeaf: Codable, Equatable, Sendable {
    public let index: Int64
    public let kind: String
    public let key: String
    /// `nil` if the row is gone.
    public let at: Int64?
    public let content: String?
    public let leafHash: TreeHash
    public let chainHash: TreeHash

    public init(
        index: Int64, kind: String, key: String, now: AuditLeaf?, leafHash: TreeHash,
        chainHash: TreeHash
    ) {
        self.index = index
        self.kind = kind
        self.key = key
        at = now?.at
        content = now?.content
        self.leafHash = leafHash
        self.chainHash = chainHash
    }

    /// The row as the tables have it now; `nil` if it is gone.
    public var now: AuditLeaf? {
        guard let at, let content else { return nil }
        return AuditLeaf(kind: kind, key: key, at: at, content: content)
    }

    private enum CodingKeys: String, CodingKey {
        case index, kind, key, at, content
        case leafHash = "leaf_hash"
        case chainHash = "chain_hash"
    }
}

/// A line of `checkpoints.jsonl`.
public struct ExportedCheckpoint: Codable, Equatable, Sendable {
    public let note: String

    public init(note: String) { self.note = note }
}

/// A line of `unsealed.jsonl`: a row without a leaf.
public struct UnsealedRow: Codable, Equatable, Sendable {
    public let kind: String
    public let key: String
    /// Microseconds since 1970-01-01 UTC.
    public let at: Int64
    /// Whether the sealer has come further than where this row stands.
    public let isPassed: Bool

    public init(kind: String, key: String, at: Int64, isPassed: Bool) {
        self.kind = kind
        self.key = key
        self.at = at
        self.isPassed = isPassed
    }

    private enum CodingKeys: String, CodingKey {
        case kind, key, at
        case isPassed = "is_passed"
    }
}

/// Where the parts of an export lie.
public struct ExportFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var manifest: String { "\(path)/manifest.json" }
    public var leaves: String { "\(path)/leaves.jsonl" }
    public var checkpoints: String { "\(path)/checkpoints.jsonl" }
    public var unsealed: String { "\(path)/unsealed.jsonl" }

    /// Creates the folder if there is none. Throws `AuditError`.
    public func create() throws(AuditError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw AuditError("cannot make the folder \(path): \(error)")
        }
    }
}
