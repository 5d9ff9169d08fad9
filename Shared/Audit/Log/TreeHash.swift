import Crypto
import FoundationEssentials

/// A SHA-256 value: of a leaf, of a node, of a link of the chain.
public struct TreeHash: Hashable, Sendable {
    // Thirty-two bytes as they lie in memory, without an allocation.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// What a chain begins with, before its first link.
    public static let zero = TreeHash(repeating: 0)

    private init(repeating word: UInt64) {
        first = word
        second = word
        third = word
        fourth = word
    }

    private init(loading bytes: UnsafeRawBufferPointer) {
        first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    init(_ digest: SHA256Digest) { self = digest.withUnsafeBytes { TreeHash(loading: $0) } }

    /// `nil` unless there are thirty-two bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self = Array(bytes).withUnsafeBytes { TreeHash(loading: $0) }
    }

    /// Reads what `base64` wrote; `nil` for anything else.
    public init?(base64 text: some StringProtocol) {
        guard let data = Data(base64Encoded: String(text)) else { return nil }
        self.init(data)
    }

    public static let length = 32

    public var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
    public var base64: String { Data(bytes).base64EncodedString() }
}

// The hashes of RFC 9162 §2.1.1: a leaf can never be taken for a node.
extension TreeHash {
    /// The hash of one leaf's bytes.
    public static func leaf(_ bytes: some Sequence<UInt8>) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: [0x00])
        hasher.update(data: Array(bytes))
        return TreeHash(hasher.finalize())
    }

    /// The hash of the node above two others.
    public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: [0x01])
        hasher.update(left)
        hasher.update(right)
        return TreeHash(hasher.finalize())
    }

    /// The root of the tree without leaves.
    public static let emptyRoot = TreeHash(SHA256.hash(data: [UInt8]()))

    /// The next link of the chain that this is the head of.
    public func link(_ leaf: TreeHash) -> TreeHash {
        var hasher = SHA256()
        hasher.update(self)
        hasher.update(leaf)
        return TreeHash(hasher.finalize())
    }
}

extension SHA256 {
    fileprivate mutating func update(_ hash: TreeHash) {
        withUnsafeBytes(of: hash) { update(bufferPointer: $0) }
    }
}

extension TreeHash: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let hash = TreeHash(base64: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not thirty-two bytes in base64")
        }
        self = hash
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base64)
    }
}
