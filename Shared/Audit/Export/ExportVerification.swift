/// Compares an export with what was signed, leaf by leaf, in bounded memory.
public struct ExportVerification: Sendable {
    /// The service's keys, as their owner published them: not those that came with the export.
    public let keys: Keyring
    /// Checkpoints that somebody kept elsewhere.
    public let earlier: [Checkpoint]
    /// How long a transaction may take, in microseconds: a row is no older than this when the
    /// sealer passes.
    public var longestTransaction: Int64 = 3600 * 1_000_000
    /// How long a row may wait to be sealed, in microseconds.
    public var longestWait: Int64 = 60 * 1_000_000

    public init(keys: Keyring, earlier: [Checkpoint] = []) {
        self.keys = keys
        self.earlier = earlier
    }

    /// Reads the whole export. Throws `AuditError` if it cannot be read.
    public func verify(_ folder: ExportFolder) throws(AuditError) -> AuditReport {
        let manifest = try JSONFile.read(folder.manifest, as: ExportManifest.self)
        guard manifest.version == ExportManifest.currentVersion else {
            throw AuditError("an export of version \(manifest.version), which I do not know")
        }
        var trail = SealedTrail(self)
        var leaves = try JSONLineReader(folder.leaves, of: ExportedLeaf.self)
        var checkpoints = try JSONLineReader(folder.checkpoints, of: ExportedCheckpoint.self)
        while let checkpoint = try checkpoints.next() {
            guard let signed = trail.open(checkpoint) else { continue }
            while trail.size < signed.size, let leaf = try leaves.next() { trail.add(leaf) }
            trail.compare(signed)
        }
        let covered = trail.size
        while let leaf = try leaves.next() { trail.add(leaf) }
        trail.end(covered: covered)
        var unsealed = try JSONLineReader(folder.unsealed, of: UnsealedRow.self)
        while let row = try unsealed.next() { trail.add(row, exportedAt: manifest.exportedAt) }
        return trail.report
    }
}

/// What is known after some of an export's leaves and checkpoints.
private struct SealedTrail {
    private let verification: ExportVerification
    private(set) var report = AuditReport()
    private var log = SealedLog()
    private var last: Checkpoint?
    private var earlier: ArraySlice<Checkpoint>
    /// Once a root is wrong, all later ones are: the first says where.
    private var isForged = false
    /// Checkpoints one after the other that do not count, all for the same reason.
    private var uncounted: (why: String, after: Int64, count: Int)?

    var size: Int64 { log.tree.size }

    init(_ verification: ExportVerification) {
        self.verification = verification
        let known = verification.earlier + verification.keys.ends
        earlier = known.sorted { $0.size < $1.size }[...]
        compareEarlier()
    }

    /// The checkpoint in a note; `nil` if no key that counts signed it, which is a finding.
    mutating func open(_ exported: ExportedCheckpoint) -> Checkpoint? {
        report.checkpoints += 1
        do {
            let signed = try verification.keys.open(SignedNote(exported.note))
            reportUncounted()
            report.add(signed)
            report.lastNote = exported.note
            return signed.checkpoint
        } catch {
            if uncounted?.why != error.description { reportUncounted() }
            let alike = uncounted ?? (error.description, after: size, count: 0)
            uncounted = (alike.why, alike.after, alike.count + 1)
            return nil
        }
    }

    /// A key that was not given may have signed thousands.
    private mutating func reportUncounted() {
        guard let (why, after, count) = uncounted else { return }
        uncounted = nil
        let subject = count == 1 ? "a checkpoint" : "\(count) checkpoints"
        let verb = count == 1 ? "is" : "are"
        report.add(.forged, "\(subject) after leaf \(after)", "\(verb) \(why)")
    }

    mutating func add(_ leaf: ExportedLeaf) {
        if leaf.index != size {
            report.add(.reordered, "leaf \(leaf.index)", "stands where leaf \(size) belongs")
        }
        compareRow(leaf)
        log.append(leaf.leafHash)
        if leaf.chainHash != log.chain {
            report.add(
                .unchained, "leaf \(leaf.index)", "(\(leaf.key)) does not continue the chain")
            log = SealedLog(tree: log.tree, chain: leaf.chainHash)
        }
        report.leaves += 1
        compareEarlier()
    }

    private mutating func compareRow(_ leaf: ExportedLeaf) {
        guard let now = leaf.now else {
            return report.add(.deleted, leaf.key, "was sealed as leaf \(leaf.index) and is gone")
        }
        if now.hash != leaf.leafHash {
            report.add(.edited, leaf.key, "is not what was sealed as leaf \(leaf.index)")
        } else if let last, now.at < last.time - verification.longestTransaction {
            report.add(
                .backdated, leaf.key,
                "says it is older than the checkpoint of \(last.size) leaves, but was sealed later")
        }
    }

    mutating func compare(_ signed: Checkpoint) {
        defer { last = signed }
        let isMade =
            size == signed.size && log.tree.root == signed.root && log.chain == signed.chain
        guard !isMade, !isForged else { return }
        isForged = true
        report.add(
            .forged, "the checkpoint of \(signed.size) leaves",
            size < signed.size
                ? "was signed, but there are only \(size)"
                : size > signed.size
                    ? "comes after one of \(last?.size ?? 0)"
                    : "was signed over others than these")
    }

    private mutating func compareEarlier() {
        while let kept = earlier.first, kept.size <= size {
            earlier.removeFirst()
            if log.tree.root != kept.root { isRewritten(kept, "tells of others than these") }
        }
    }

    private mutating func isRewritten(_ kept: Checkpoint, _ what: String) {
        report.add(.rewritten, "the earlier checkpoint of \(kept.size) leaves", what)
    }

    /// - Parameter covered: how many leaves the checkpoints go up to.
    mutating func end(covered: Int64) {
        reportUncounted()
        if size > covered {
            report.add(
                .forged, "the last \(size - covered) of \(size) leaves",
                "are below no signed checkpoint that counts")
        }
        for kept in earlier { isRewritten(kept, "tells of more than the \(size) there are") }
        earlier = []
    }

    mutating func add(_ row: UnsealedRow, exportedAt now: Int64) {
        if row.isPassed {
            report.add(.inserted, row.key, "was never sealed, and the sealer has passed it")
        } else if row.at < now - verification.longestWait {
            report.add(.unsealed, row.key, "waits to be sealed for \((now - row.at) / 1_000_000) s")
        } else {
            report.waiting += 1
        }
    }
}
