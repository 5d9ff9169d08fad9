import Audit
import Postgres

/// Proves single facts from the sealed log, for those who have only the public key.
struct AuditProver: Sendable {
    let kinds: [SealedKind]
    let database: Database
    /// Leaves that are in memory at a time.
    var batch: Int64 = 20_000

    /// Proves that the row was sealed and says what it said. Throws `AuditError` if it was not,
    /// or does not, and `PostgresError`.
    func inclusion(of key: String) async throws -> ProofFile {
        try await database.read(isolation: .repeatableRead) { tx in
            guard let row = try tx.query(SealingQueries.leaf, key).first else {
                throw AuditError("\(key) is not sealed, or not yet")
            }
            let index: Int64 = try row.read(0)
            let name: String = try row.read(1)
            guard let kind = kinds.first(where: { $0.name == name }), kind.isKey(key),
                let leaf = try kind.leaves([key], tx)[key]
            else { throw AuditError("\(key) was sealed as leaf \(index), and is gone") }
            let head = try SealingHead.load(tx)
            let tree = try head.log().tree
            let path = try path(TreeProof.inclusion(of: index, in: tree.size), tx)
            guard let note = head.last?.note,
                TreeProof.includes(
                    leaf.hash, at: index, size: tree.size, root: tree.root, path: path)
            else { throw AuditError("\(key) is not what was sealed as leaf \(index)") }
            return .inclusion(leaf: leaf, index: index, path: path, note: note)
        }
    }

    /// Proves that the log goes on from an earlier checkpoint. Throws `AuditError` if it does not,
    /// and `PostgresError`.
    func consistency(with older: String) async throws -> ProofFile {
        let old = try Checkpoint(text: SignedNote(older).text)
        return try await database.read(isolation: .repeatableRead) { tx in
            let head = try SealingHead.load(tx)
            let tree = try head.log().tree
            let path = try path(TreeProof.consistency(from: old.size, to: tree.size), tx)
            guard let newer = head.last?.note,
                TreeProof.isConsistent(
                    from: (old.size, old.root), to: (tree.size, tree.root), path: path)
            else {
                throw AuditError(
                    "the log of \(tree.size) leaves does not go on from the \(old.size) of the "
                        + "earlier checkpoint")
            }
            return .consistency(older: older, newer: newer, path: path)
        }
    }

    /// Reads the leaves' hashes once.
    private func path(
        _ ranges: [Range<Int64>], _ tx: borrowing Transaction
    ) throws -> [TreeHash] {
        var hashes = ProofHashes(ranges)
        let end = ranges.map(\.upperBound).max() ?? 0
        for start in stride(from: 0, to: end, by: Int64.Stride(batch)) {
            for row in try tx.query(SealingQueries.leafHashes, start, min(end, start + batch)) {
                guard let hash = TreeHash(try row.read(0, as: [UInt8].self)) else {
                    throw AuditError("a leaf has no hash")
                }
                hashes.append(hash)
            }
        }
        return hashes.path
    }
}
