import Audit
import Postgres

/// Reads the tree of a sealed log from its database: the roots of subtrees where they are kept, and
/// the leaves where not.
enum SealedTree {
    /// The hashes of a proof, of `ranges` as `TreeProof` lists them. Throws `AuditError` if leaves
    /// are missing, and `PostgresError`.
    static func path(
        _ ranges: [Range<Int64>], _ tx: borrowing Transaction
    ) throws -> [TreeHash] {
        try TreeProof.path(ranges) { run in try hashes(run, tx) }
    }

    /// The root of a subtree, from what is right below it. Throws as `path` does.
    static func root(
        level: Int, index: Int64, _ tx: borrowing Transaction
    ) throws -> TreeHash {
        Frontier(try hashes(.below(level: level, index: index), tx)).root
    }

    private static func hashes(
        _ run: HashRun, _ tx: borrowing Transaction
    ) throws -> [TreeHash] {
        if run.level == 0 { return try leaves(run.indices, tx) }
        let rows = try tx.query(
            SubtreeQueries.roots, run.level, run.indices.lowerBound, run.indices.upperBound)
        var kept: [Int64: TreeHash] = [:]
        for row in rows { kept[try row.read(0)] = TreeHash(try row.read(1, as: [UInt8].self)) }
        var hashes: [TreeHash] = []
        for index in run.indices {
            // What was sealed before roots were kept may not be filled up yet.
            hashes.append(try kept[index] ?? root(level: run.level, index: index, tx))
        }
        return hashes
    }

    private static func leaves(
        _ indices: Range<Int64>, _ tx: borrowing Transaction
    ) throws -> [TreeHash] {
        let rows = try tx.query(
            SealingQueries.leafHashes, indices.lowerBound, indices.upperBound)
        let hashes = try rows.compactMap { TreeHash(try $0.read(0, as: [UInt8].self)) }
        guard hashes.count == indices.count else {
            throw AuditError(
                "of the leaves \(indices.lowerBound) to \(indices.upperBound - 1), some are gone")
        }
        return hashes
    }
}
