import Audit

/// A Merkle tree as the RFC defines it, by recursion over all leaves: slow, and plainly right.
enum NaiveTree {
    /// MTH of RFC 9162 §2.1.1.
    static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? .emptyRoot }
        let middle = split(leaves)
        return .node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    /// PATH of §2.1.3.1.
    static func inclusion(of index: Int, in leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let middle = split(leaves)
        return index < middle
            ? inclusion(of: index, in: leaves[..<middle]) + [root(leaves[middle...])]
            : inclusion(of: index, in: leaves[middle...]) + [root(leaves[..<middle])]
    }

    /// SUBPROOF of §2.1.4.1.
    static func consistency(
        from old: Int, in leaves: ArraySlice<TreeHash>, isWhole: Bool = true
    ) -> [TreeHash] {
        if old == leaves.endIndex { return isWhole ? [] : [root(leaves)] }
        let middle = split(leaves)
        return old <= middle
            ? consistency(from: old, in: leaves[..<middle], isWhole: isWhole)
                + [root(leaves[middle...])]
            : consistency(from: old, in: leaves[middle...], isWhole: false)
                + [root(leaves[..<middle])]
    }

    /// The roots of these ranges of leaves.
    static func path(_ ranges: [Range<Int64>], in leaves: [TreeHash]) -> [TreeHash] {
        ranges.map { root(leaves[Int($0.lowerBound)..<Int($0.upperBound)]) }
    }

    /// Before the largest power of two that is smaller than the count.
    private static func split(_ leaves: ArraySlice<TreeHash>) -> Int {
        var size = 1
        while size * 2 < leaves.count { size *= 2 }
        return leaves.startIndex + size
    }
}
