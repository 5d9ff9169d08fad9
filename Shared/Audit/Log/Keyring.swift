/// A public key whose signatures are believed, and how far.
///
/// Written as the verifier key on a line and, if it has an end, that checkpoint's signed note
/// below.
public struct TrustedKey: Sendable, CustomStringConvertible {
    public let key: AuditPublicKey
    /// The last of its checkpoints that counts; `nil` while all do.
    ///
    /// A checkpoint, and not a mere size: who has stolen a key can sign another history of any
    /// size, but none that leads to this root.
    public let end: Checkpoint?
    private let note: SignedNote?

    public init(_ key: AuditPublicKey) {
        self.key = key
        end = nil
        note = nil
    }

    /// A key that counts up to this checkpoint. Throws `AuditError` if it did not sign it.
    public init(_ key: AuditPublicKey, endingWith note: SignedNote) throws(AuditError) {
        self.key = key
        end = try Checkpoint(note, signedBy: key)
        self.note = note
    }

    /// Reads the written form. Throws `AuditError`.
    public init(_ text: String) throws(AuditError) {
        let text = text.trimmingPrefix { $0.isWhitespace }
        let key = try AuditPublicKey(String(text))
        let below = text.drop { !$0.isNewline }.drop { $0.isWhitespace }
        if below.isEmpty {
            self.init(key)
        } else {
            try self.init(key, endingWith: SignedNote(String(below)))
        }
    }

    public var description: String { "\(key)\n\(note?.description ?? "")" }

    fileprivate func counts(_ checkpoint: Checkpoint) -> Bool {
        guard let end else { return true }
        return checkpoint.size < end.size || checkpoint.isOfSameLog(as: end)
    }
}

/// A checkpoint, and who signed it.
public struct SignedCheckpoint: Sendable {
    public let checkpoint: Checkpoint
    public let key: AuditPublicKey
}

/// The keys that sign a log, one after the other in its life.
public struct Keyring: Sendable {
    public let keys: [TrustedKey]
    /// Of the log, and of all the keys.
    public let name: String

    /// Throws `AuditError` unless they are different keys of one name.
    public init(_ keys: [TrustedKey]) throws(AuditError) {
        guard let name = keys.first?.key.name else { throw AuditError("no key is given") }
        if let other = keys.first(where: { $0.key.name != name }) {
            throw AuditError("a key of \(name) beside one of \(other.key.name)")
        }
        // One that counts for ever beside itself with an end would count for ever.
        guard Set(keys.map(\.key.description)).count == keys.count else {
            throw AuditError("a key of \(name) is given twice")
        }
        self.keys = keys
        self.name = name
    }

    public init(_ key: AuditPublicKey) {
        keys = [TrustedKey(key)]
        name = key.name
    }

    /// Checkpoints that the log must go on from.
    public var ends: [Checkpoint] { keys.compactMap(\.end) }

    /// The checkpoint in a note that one of the keys signed, as far as that key counts. Before its
    /// end it counts only where the log is compared with the end too. Throws `AuditError`.
    public func open(_ note: SignedNote) throws(AuditError) -> SignedCheckpoint {
        try open(note, "counts up to") { $0.counts($1) }
    }

    /// The same, where there is nothing else to go by: of a key with an end, the end alone counts.
    public func openAlone(_ note: SignedNote) throws(AuditError) -> SignedCheckpoint {
        try open(note, "alone counts for nothing but") { trusted, checkpoint in
            trusted.end?.isOfSameLog(as: checkpoint) ?? true
        }
    }

    private func open(
        _ note: SignedNote, _ limit: String, counts: (TrustedKey, Checkpoint) -> Bool
    ) throws(AuditError) -> SignedCheckpoint {
        let signers = keys.filter { note.isSigned(by: $0.key) }
        guard let any = signers.first else { throw AuditError(whyUnsigned(note)) }
        let checkpoint = try Checkpoint(note, signedBy: any.key)
        guard let signer = signers.first(where: { counts($0, checkpoint) }) else {
            let end = "its checkpoint of \(any.end?.size ?? 0) leaves"
            throw AuditError("signed by \(any.key.label), which \(limit) \(end)")
        }
        return SignedCheckpoint(checkpoint: checkpoint, key: signer.key)
    }

    private func whyUnsigned(_ note: SignedNote) -> String {
        let labels = note.signers
        if let known = keys.first(where: { labels.contains($0.key.label) }) {
            return "not what \(known.key.label) has signed"
        }
        guard !labels.isEmpty else { return "signed by nobody" }
        return "signed by \(labels.joined(separator: " and ")), whose key is not given"
    }
}
