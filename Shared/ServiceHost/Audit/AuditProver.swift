import Audit
import Postgres

/// Proves single facts from the sealed log, for those who have only the public key.
///
/// A proof is given only if it leads to the signed root: what it is made of may have been changed.
struct AuditProver: Sendable {
    let kinds: [SealedKind]
    let database: Database

    /// Proves that the row was sealed and says what it said. Throws `AuditError` if it was not,
    /// or does not, or if the tree above it was changed, and `PostgresError`.
    func inclusion(of key: String) async throws -> ProofFile {
        try await database.read(isolation: .repeatableRead) { tx in
            guard let row = try tx.query(SealingQueries.leaf, kinds.map(\.name), key).first else {
                throw AuditError("\(key) is not sealed, or not yet")
            }
            let index: Int64 = try row.read(0)
            let name: String = try row.read(1)
            guard let kind = kinds.first(where: { $0.name == name }), kind.isKey(key),
                let leaf = try kind.leaves([key], tx)[key]
            else { throw AuditError("\(key) was sealed as leaf \(index), and is gone") }
            guard leaf.hash == TreeHash(try row.read(2, as: [UInt8].self)) else {
                throw AuditError("\(key) is not what was sealed as leaf \(index)")
            }
            let (note, signed) = try last(tx)
            let path = try SealedTree.path(TreeProof.inclusion(of: index, in: signed.size), tx)
            guard
                TreeProof.includes(
                    leaf.hash, at: index, size: signed.size, root: signed.root, path: path)
            else {
                throw AuditError(
                    "\(key) is leaf \(index), but the tree above it does not lead to the root that "
                        + "was signed. \(Self.whoFinds)")
            }
            return .inclusion(leaf: leaf, index: index, path: path, note: note)
        }
    }

    /// Proves that the log goes on from an earlier checkpoint. Throws `AuditError` if it does not,
    /// or if the tree was changed, and `PostgresError`.
    func consistency(with older: String) async throws -> ProofFile {
        let old = try Checkpoint(text: SignedNote(older).text)
        return try await database.read(isolation: .repeatableRead) { tx in
            let (note, signed) = try last(tx)
            let path = try SealedTree.path(
                TreeProof.consistency(from: old.size, to: signed.size), tx)
            guard
                TreeProof.isConsistent(
                    from: (old.size, old.root), to: (signed.size, signed.root), path: path)
            else {
                throw AuditError(
                    "the log of \(signed.size) leaves does not go on from the \(old.size) of the "
                        + "earlier checkpoint. \(Self.whoFinds)")
            }
            return .consistency(older: older, newer: note, path: path)
        }
    }

    /// The last checkpoint, as it was signed and as it is read.
    private func last(_ tx: borrowing Transaction) throws -> (note: String, signed: Checkpoint) {
        guard let note = try SealingHead.load(tx).last?.note else {
            throw AuditError("there is no checkpoint")
        }
        return (note, try Checkpoint(text: SignedNote(note).text))
    }

    private static let whoFinds =
        "'farthing audit verify' finds leaves that were changed, and 'farthing verify' roots of "
        + "subtrees that are not of their leaves."
}
