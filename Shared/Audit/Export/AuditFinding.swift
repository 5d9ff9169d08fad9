/// One thing that is wrong with an audit trail.
public struct AuditFinding: Hashable, Sendable, CustomStringConvertible {
    /// What sort of thing; new sorts may be added.
    public enum Fault: String, Sendable {
        /// A row says something else than when it was sealed.
        case edited
        /// A row that was sealed is gone.
        case deleted
        /// A row was put where the sealer had passed already.
        case inserted
        /// A row was written down with a time long before its own.
        case backdated
        /// A row waits for too long to be sealed.
        case unsealed
        /// Leaves are missing, or out of order.
        case reordered
        /// The chain does not go through this leaf.
        case unchained
        /// What was signed is not what the leaves say, or nobody signed it.
        case forged
        /// An earlier checkpoint tells of another beginning: leaves and checkpoints were made anew.
        case rewritten
    }

    public let fault: Fault
    /// The id of the row, or the number of the leaf.
    public let subject: String
    public let what: String

    init(_ fault: Fault, _ subject: String, _ what: String) {
        self.fault = fault
        self.subject = subject
        self.what = what
    }

    public var description: String { "\(fault.rawValue): \(subject) \(what)" }
}

/// What a verification found, and how much it looked at.
public struct AuditReport: Sendable {
    /// The first thousand things that are wrong.
    public internal(set) var findings: [AuditFinding] = []
    /// How many there are besides.
    public internal(set) var more = 0
    public internal(set) var leaves: Int64 = 0
    public internal(set) var checkpoints: Int64 = 0
    /// What each key has signed of it, in the order in which they began to.
    public internal(set) var signers: [Signer] = []
    /// Rows that were written down a moment ago and wait to be sealed.
    public internal(set) var waiting: Int64 = 0
    /// The last checkpoint, as it was signed: to be kept, and compared with another time.
    public internal(set) var lastNote: String?

    public var isSound: Bool { findings.isEmpty }

    /// A key, and the checkpoints that count of those it signed.
    public struct Signer: Equatable, Sendable {
        /// As `AuditPublicKey.label` names it.
        public let key: String
        public internal(set) var checkpoints: Int64
        /// The number of leaves of the first and of the last of them.
        public let first: Int64
        public internal(set) var last: Int64
    }

    mutating func add(_ signed: SignedCheckpoint) {
        let size = signed.checkpoint.size
        if let signer = signers.firstIndex(where: { $0.key == signed.key.label }) {
            signers[signer].checkpoints += 1
            signers[signer].last = size
        } else {
            signers.append(
                Signer(key: signed.key.label, checkpoints: 1, first: size, last: size))
        }
    }

    mutating func add(_ fault: AuditFinding.Fault, _ subject: String, _ what: String) {
        if findings.count < 1000 {
            findings.append(AuditFinding(fault, subject, what))
        } else {
            more += 1
        }
    }
}
