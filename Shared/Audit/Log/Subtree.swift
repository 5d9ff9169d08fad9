/// A complete subtree whose root a log keeps beside its leaves, so that a proof need not read them
/// all: of 256 leaves on level 1, of 256 such subtrees on level 2, and so on, as the tiles of
/// `C2SP tlog-tiles` have them.
public struct Subtree: Equatable, Sendable {
    public let level: Int
    /// Its place on its level, from the left.
    public let index: Int64
    public let root: TreeHash

    public init(level: Int, index: Int64, root: TreeHash) {
        self.level = level
        self.index = index
        self.root = root
    }

    /// Each level stands so many levels of the Merkle tree above the one before.
    static let step = 8

    /// How many subtrees of a level are complete in a tree of that size.
    public static func count(onLevel level: Int, in size: Int64) -> Int64 { size >> (step * level) }
}

/// Neighbouring hashes of one level: of leaves on level 0, else the roots of subtrees.
public struct HashRun: Hashable, Sendable {
    public let level: Int
    public let indices: Range<Int64>

    /// The hashes right below the root of a subtree.
    public static func below(level: Int, index: Int64) -> HashRun {
        HashRun(level: level - 1, indices: index << Subtree.step..<(index + 1) << Subtree.step)
    }

    /// How far the level stands above the leaves, in levels of the Merkle tree.
    var height: Int { Subtree.step * level }

    /// The fewest hashes that one of a proof's ranges can be put together from, the largest first:
    /// less than 256 of each level. Such a range begins where a complete subtree of at least its
    /// size would.
    static func covering(_ leaves: Range<Int64>) -> [HashRun] {
        var runs: [HashRun] = []
        var start = leaves.lowerBound
        for level in (0...(63 / Subtree.step)).reversed() {
            let height = Subtree.step * level
            let first = start >> height
            let count = (leaves.upperBound - start) >> height
            if count > 0 {
                runs.append(HashRun(level: level, indices: first..<first + count))
                start += count << height
            }
        }
        return runs
    }
}

extension TreeProof {
    /// The hashes of a proof over a log that keeps the roots of its subtrees.
    ///
    /// - Parameters:
    ///   - ranges: as `inclusion` and `consistency` list them.
    ///   - read: gives all hashes of a run, in order. For the whole proof it is asked for no more
    ///     than 511 of each level.
    public static func path(
        _ ranges: [Range<Int64>], read: (HashRun) throws -> [TreeHash]
    ) rethrows -> [TreeHash] {
        try ranges.map { range in
            var tree = Frontier()
            for run in HashRun.covering(range) {
                for hash in try read(run) { tree.append(hash, height: run.height) }
            }
            return tree.root
        }
    }
}
