/// A statement about a whole log: so many leaves, with this root. Whoever holds one that was
/// signed can tell for ever whether the log still begins with those leaves.
///
/// Written as a `C2SP tlog-checkpoint`, with two extension lines.
public struct Checkpoint: Equatable, Sendable {
    /// Which log: `farthing/ledger`, also the name of the key that signs.
    public let origin: String
    /// How many leaves.
    public let size: Int64
    public let root: TreeHash
    /// The head of the chain through all leaves.
    public let chain: TreeHash
    /// When it was made, by the database's clock, in microseconds since 1970-01-01 UTC.
    public let time: Int64

    /// The name of a service's log, and of the key that signs it.
    public static func origin(of service: String) -> String { "farthing/\(service)" }

    public init(origin: String, log: SealedLog, time: Int64) {
        self.origin = origin
        self.size = log.tree.size
        self.root = log.tree.root
        self.chain = log.chain
        self.time = time
    }

    /// Reads the text of a note. Throws `AuditError`.
    public init(text: String) throws(AuditError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func extensionLine(_ line: Int, _ name: String) -> Substring? {
            guard lines.count > line, lines[line].hasPrefix(name + " ") else { return nil }
            return lines[line].dropFirst(name.count + 1)
        }
        guard lines.count >= 6, !lines[0].isEmpty, let size = Int64(lines[1]), size >= 0,
            let root = TreeHash(base64: lines[2]),
            let chain = extensionLine(3, "chain").flatMap({ TreeHash(base64: $0) }),
            let time = extensionLine(4, "time").flatMap({ Int64($0) })
        else { throw AuditError("not a checkpoint of an audit trail") }
        self.origin = String(lines[0])
        self.size = size
        self.root = root
        self.chain = chain
        self.time = time
    }

    public var text: String {
        "\(origin)\n\(size)\n\(root.base64)\nchain \(chain.base64)\ntime \(time)\n"
    }

    /// Whether both tell of the same leaves.
    public func isOfSameLog(as other: Checkpoint) -> Bool {
        size == other.size && root == other.root && chain == other.chain
    }

    /// The checkpoint with the key's signature. Throws `AuditError`.
    public func signed(by key: AuditSigningKey) throws(AuditError) -> SignedNote {
        try key.sign(text)
    }

    /// The checkpoint in a note that this key signed. Throws `AuditError` for any other.
    public init(_ note: SignedNote, signedBy key: AuditPublicKey) throws(AuditError) {
        guard note.isSigned(by: key) else {
            throw AuditError("not signed by \(key.label)")
        }
        try self.init(text: note.text)
        guard origin == key.name else {
            throw AuditError("a checkpoint of \(origin), signed with the key of \(key.name)")
        }
    }
}
