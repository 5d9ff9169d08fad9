import Audit

/// The key that a service signs its checkpoints with, and those that it signed with before: it goes
/// on from their last checkpoint too.
///
/// A checkpoint has one signature, of the key that signs now: so a retired key's secret half need
/// be nowhere any more.
struct SealingKeys: Sendable {
    let signing: AuditSigningKey
    private let retired: [TrustedKey]
    private let all: Keyring

    /// Throws `AuditError` unless they are different keys of one name.
    init(_ signing: AuditSigningKey, retired: [TrustedKey] = []) throws(AuditError) {
        self.signing = signing
        self.retired = retired
        all = try Keyring([TrustedKey(signing.publicKey)] + retired)
    }

    /// The log's last checkpoint, if sealing may go on from it: if a key signed it that counts, and
    /// if the log is as long as it was when its keys were retired. Throws `AuditError`.
    func open(_ note: String) throws(AuditError) -> Checkpoint {
        let last: Checkpoint
        do {
            last = try all.openAlone(SignedNote(note)).checkpoint
        } catch {
            throw AuditError("cannot go on from the last checkpoint: it is \(error)")
        }
        for end in all.ends where last.size <= end.size && !last.isOfSameLog(as: end) {
            throw AuditError(
                "the log has \(last.size) leaves, and had \(end.size) when a key was retired: it "
                    + "was cut off or made anew")
        }
        return last
    }

    /// Where nothing is sealed, no key can have been retired. Throws `AuditError` if one was.
    func checkIsFirst() throws(AuditError) {
        guard let key = retired.first?.key else { return }
        throw AuditError(
            "there is no checkpoint, though \(key.label) has signed some: they are gone")
    }
}
