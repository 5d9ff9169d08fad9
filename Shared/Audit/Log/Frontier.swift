/// The right edge of a growing Merkle tree (RFC 9162 §2.1): the roots of its complete subtrees,
/// the largest first. All that is needed to add leaves and to know the root, in O(log n) memory.
public struct Frontier: Equatable, Sendable {
    /// How many leaves the tree has.
    public private(set) var size: Int64
    private var peaks: [TreeHash]

    /// The tree without leaves.
    public init() {
        size = 0
        peaks = []
    }

    /// The tree that `bytes` was taken of; `nil` if they cannot belong to a tree of that size.
    public init?(size: Int64, bytes: [UInt8]) {
        guard size >= 0, bytes.count == size.nonzeroBitCount * TreeHash.length else { return nil }
        self.size = size
        peaks = stride(from: 0, to: bytes.count, by: TreeHash.length).compactMap {
            TreeHash(bytes[$0..<$0 + TreeHash.length])
        }
    }

    /// As it is kept in a database.
    public var bytes: [UInt8] { peaks.flatMap(\.bytes) }

    /// The tree of these leaves.
    public init(_ leaves: some Sequence<TreeHash>) {
        self.init()
        for leaf in leaves { append(leaf) }
    }

    /// Adds a leaf; two hashes on average. Returns the subtrees to keep that it completes: one leaf
    /// in 256 completes any.
    @discardableResult
    public mutating func append(_ leaf: TreeHash) -> [Subtree] { append(leaf, height: 0) }

    /// Adds a complete tree of 2^`height` leaves to one whose size is a multiple of that.
    @discardableResult
    mutating func append(_ root: TreeHash, height: Int) -> [Subtree] {
        var completed: [Subtree] = []
        var node = root
        var height = height
        var rest = size >> height
        size += 1 << height
        // Each trailing one of the size is a complete subtree that the new one completes further.
        while rest & 1 == 1, let left = peaks.popLast() {
            node = .node(left, node)
            rest >>= 1
            height += 1
            if height % Subtree.step == 0 {
                completed.append(
                    Subtree(level: height / Subtree.step, index: rest, root: node))
            }
        }
        peaks.append(node)
        return completed
    }

    public var root: TreeHash {
        guard var root = peaks.last else { return .emptyRoot }
        for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
        return root
    }
}

/// A log as far as it is sealed: its tree, and the head of the chain through its leaves.
public struct SealedLog: Equatable, Sendable {
    public private(set) var tree: Frontier
    public private(set) var chain: TreeHash

    /// The log without leaves.
    public init() { self.init(tree: Frontier(), chain: .zero) }

    public init(tree: Frontier, chain: TreeHash) {
        self.tree = tree
        self.chain = chain
    }

    /// Adds a leaf. Returns the subtrees to keep that it completes.
    @discardableResult
    public mutating func append(_ leaf: TreeHash) -> [Subtree] {
        chain = chain.link(leaf)
        return tree.append(leaf)
    }
}
