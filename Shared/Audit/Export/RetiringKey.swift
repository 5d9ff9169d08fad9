extension ExportFolder {
    /// The key with its end: the last checkpoint of the export that it signed before others were
    /// signed by somebody else. Throws `AuditError` if there is none, or if the export cannot be
    /// read.
    public func retired(_ key: AuditPublicKey) throws(AuditError) -> TrustedKey {
        var last: SignedNote?
        var lines = try JSONLineReader(checkpoints, of: ExportedCheckpoint.self)
        while let line = try lines.next() {
            let note = try SignedNote(line.note)
            if note.isSigned(by: key) {
                last = note
            } else if last != nil {
                // What it signed later, it signed in a thief's hands.
                break
            }
        }
        guard let last else { throw AuditError("\(key.label) has signed no checkpoint of it") }
        return try TrustedKey(key, endingWith: last)
    }
}
