/// The hashes that prove something about a tree, and the ranges of leaves that each stands for
/// (RFC 9162 §2.1.3 and §2.1.4). Ranges come in the order in which a proof lists its hashes.
public enum TreeProof {
    /// What proves that a leaf is in a tree of that size.
    public static func inclusion(of index: Int64, in size: Int64) -> [Range<Int64>] {
        guard (0..<size).contains(index) else { return [] }
        var ranges: [Range<Int64>] = []
        var whole = 0..<size
        while whole.count > 1 {
            let middle = split(whole)
            if index < middle {
                ranges.append(middle..<whole.upperBound)
                whole = whole.lowerBound..<middle
            } else {
                ranges.append(whole.lowerBound..<middle)
                whole = middle..<whole.upperBound
            }
        }
        return ranges.reversed()
    }

    /// What proves that a tree of size `old` is the beginning of one of size `new`.
    public static func consistency(from old: Int64, to new: Int64) -> [Range<Int64>] {
        guard (1..<max(1, new)).contains(old) else { return [] }
        var ranges: [Range<Int64>] = []
        var whole = 0..<new
        while old < whole.upperBound {
            let middle = split(whole)
            if old <= middle {
                ranges.append(middle..<whole.upperBound)
                whole = whole.lowerBound..<middle
            } else {
                ranges.append(whole.lowerBound..<middle)
                whole = middle..<whole.upperBound
            }
        }
        // The old tree's own root is known to whoever checks the proof.
        if whole.lowerBound > 0 { ranges.append(whole) }
        return ranges.reversed()
    }

    /// Where the largest power of two below the size splits a range.
    private static func split(_ range: Range<Int64>) -> Int64 {
        let size = range.upperBound - range.lowerBound
        return range.lowerBound + 1 << (63 - (size - 1).leadingZeroBitCount)
    }

    /// Whether `path` proves that `leaf` is at `index` of the tree with that root (§2.1.3.2).
    public static func includes(
        _ leaf: TreeHash, at index: Int64, size: Int64, root: TreeHash, path: [TreeHash]
    ) -> Bool {
        guard (0..<size).contains(index) else { return false }
        var place = index
        var last = size - 1
        var hash = leaf
        for sibling in path {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = .node(sibling, hash)
                skipLonely(&place, &last)
            } else {
                hash = .node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether `path` proves that the first tree is the beginning of the second (§2.1.4.2).
    public static func isConsistent(
        from old: (size: Int64, root: TreeHash), to new: (size: Int64, root: TreeHash),
        path: [TreeHash]
    ) -> Bool {
        guard 0 <= old.size, old.size <= new.size else { return false }
        if old.size == new.size { return path.isEmpty && old.root == new.root }
        if old.size == 0 { return path.isEmpty && old.root == .emptyRoot }
        let path = old.size.nonzeroBitCount == 1 ? [old.root] + path : path
        guard let first = path.first else { return false }
        var place = old.size - 1
        var last = new.size - 1
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var (oldHash, newHash) = (first, first)
        for node in path.dropFirst() {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                oldHash = .node(node, oldHash)
                newHash = .node(node, newHash)
                skipLonely(&place, &last)
            } else {
                newHash = .node(newHash, node)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == old.root && newHash == new.root
    }

    /// Goes up past the levels on which the last node has no sibling.
    private static func skipLonely(_ place: inout Int64, _ last: inout Int64) {
        while place & 1 == 0, place != 0 {
            place >>= 1
            last >>= 1
        }
    }
}
