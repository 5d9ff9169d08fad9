/// A proof that whoever has the public key can check alone, without the database: that a row was
/// sealed, or that one checkpoint goes on from another.
public enum ProofFile: Codable, Equatable, Sendable {
    /// That the log of the checkpoint has this leaf.
    case inclusion(leaf: AuditLeaf, index: Int64, path: [TreeHash], note: String)
    /// That the newer checkpoint's log begins with all that the older one's has.
    case consistency(older: String, newer: String, path: [TreeHash])

    /// What was proven, in one line. Throws `AuditError` if nothing was.
    public func check(_ keys: Keyring) throws(AuditError) -> String {
        switch self {
        case .inclusion(let leaf, let index, let path, let note):
            let signed = try keys.openAlone(SignedNote(note))
            let checkpoint = signed.checkpoint
            let isProven = TreeProof.includes(
                leaf.hash, at: index, size: checkpoint.size, root: checkpoint.root, path: path)
            guard isProven else {
                throw AuditError("the checkpoint's log has no such \(leaf.key) at \(index)")
            }
            return "\(leaf.key) is leaf \(index) of the \(checkpoint.size) that "
                + "\(signed.key.label) has signed."
        case .consistency(let older, let newer, let path):
            let (older, newer) = (
                try keys.open(SignedNote(older)), try keys.openAlone(SignedNote(newer))
            )
            let (old, new) = (older.checkpoint, newer.checkpoint)
            let isProven = TreeProof.isConsistent(
                from: (old.size, old.root), to: (new.size, new.root), path: path)
            guard isProven else {
                throw AuditError(
                    "the log of \(new.size) leaves does not begin with that of \(old.size)")
            }
            return "The log of \(new.size) leaves begins with that of \(old.size): signed by "
                + "\(newer.key.label), and before by \(older.key.label)."
        }
    }
}
