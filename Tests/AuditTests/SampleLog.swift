import Audit
import FoundationEssentials

/// A log of rows `aud_0`, `aud_1`, … with a checkpoint after every ten, and what can be done to it.
struct SampleLog: Sendable {
    let key: AuditSigningKey
    /// Who signed before, and up to how many leaves.
    var older: (key: AuditSigningKey, size: Int64)?
    var leaves: [ExportedLeaf] = []
    var checkpoints: [String] = []
    var unsealed: [UnsealedRow] = []

    /// Two hours between a row and the next.
    private static let interval: Int64 = 7200 * 1_000_000

    /// - Parameter rotated: how many leaves another key has signed before.
    init(leaves count: Int, rotated: Int64? = nil) throws {
        key = try Self.makeKey()
        if let rotated { older = (try Self.makeKey(), rotated) }
        try seal(
            (0..<count).map { index in
                AuditLeaf(
                    kind: "audit", key: "aud_\(index)", at: Int64(index) * Self.interval,
                    content: "row \(index)")
            })
    }

    static func makeKey() throws -> AuditSigningKey {
        try AuditSigningKey(name: "farthing/test", seed: AuditSigningKey.makeSeed())
    }

    /// Every key that has signed.
    var keyring: Keyring {
        get throws {
            try Keyring([key, older?.key].compactMap { $0.map { TrustedKey($0.publicKey) } })
        }
    }

    /// Makes leaves and checkpoints of these rows.
    private mutating func seal(_ rows: [AuditLeaf]) throws {
        leaves = []
        checkpoints = []
        var log = SealedLog()
        for (index, row) in rows.enumerated() {
            log.append(row.hash)
            leaves.append(
                ExportedLeaf(
                    index: Int64(index), kind: row.kind, key: row.key, now: row,
                    leafHash: row.hash, chainHash: log.chain))
            if (index + 1) % 10 == 0 || index + 1 == rows.count {
                let time = Int64(index) * Self.interval
                let checkpoint = Checkpoint(origin: key.publicKey.name, log: log, time: time)
                let isOlder = checkpoint.size <= older?.size ?? 0
                let signer = isOlder ? older?.key ?? key : key
                checkpoints.append(try checkpoint.signed(by: signer).description)
            }
        }
    }

    /// Leaves and checkpoints made anew, by somebody who has the key.
    mutating func remake(at index: Int, content: String, at time: Int64? = nil) throws {
        var rows = leaves.compactMap(\.now)
        rows[index] = AuditLeaf(
            kind: "audit", key: rows[index].key, at: time ?? rows[index].at, content: content)
        try seal(rows)
    }

    mutating func shorten(to count: Int) throws {
        try seal(Array(leaves.compactMap(\.now).prefix(count)))
    }

    /// Leaves made anew from one on, by somebody who does not have the key.
    mutating func reseal(at index: Int, content: String) throws {
        let signed = checkpoints
        try remake(at: index, content: content)
        checkpoints = signed
    }

    func unsealedRow(isPassed: Bool, age: Int64) -> UnsealedRow {
        UnsealedRow(
            kind: "audit", key: "aud_99", at: exportedAt - age * 1_000_000, isPassed: isPassed)
    }

    private var exportedAt: Int64 { 1000 * Self.interval }

    func keptCheckpoints(_ sizes: Set<Int64>) throws -> [Checkpoint] {
        let keys = try keyring
        return try checkpoints.map { try keys.open(SignedNote($0)).checkpoint }
            .filter { sizes.contains($0.size) }
    }

    func verify(earlier sizes: Set<Int64>) throws -> AuditReport {
        try verify(kept: try keptCheckpoints(sizes))
    }

    func verify(kept: [Checkpoint] = [], with keys: Keyring? = nil) throws -> AuditReport {
        try withExport { folder in
            try ExportVerification(keys: keys ?? keyring, earlier: kept).verify(folder)
        }
    }

    func withExport<Value>(_ body: (ExportFolder) throws -> Value) throws -> Value {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "farthing-export-\(UInt64.random(in: 0...UInt64.max))"
        ).path
        let folder = ExportFolder(path)
        try folder.create()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try JSONFile.write(
            ExportManifest(
                service: "test", exportedAt: exportedAt, leaves: Int64(leaves.count)),
            to: folder.manifest)
        try write(leaves, to: folder.leaves)
        try write(checkpoints.map { ExportedCheckpoint(note: $0) }, to: folder.checkpoints)
        try write(unsealed, to: folder.unsealed)
        return try body(folder)
    }

    private func write(_ lines: [some Encodable], to path: String) throws {
        let file = try JSONLineWriter(path)
        for line in lines { try file.write(line) }
        try file.finish()
    }

    func inclusion(of index: Int64) throws -> (AuditLeaf) -> ProofFile {
        let path = path(TreeProof.inclusion(of: index, in: Int64(leaves.count)))
        let note = checkpoints[checkpoints.count - 1]
        return { .inclusion(leaf: $0, index: index, path: path, note: note) }
    }

    func consistency(from size: Int64) throws -> ProofFile {
        .consistency(
            older: checkpoints[0], newer: checkpoints[checkpoints.count - 1],
            path: path(TreeProof.consistency(from: size, to: Int64(leaves.count))))
    }

    private func path(_ ranges: [Range<Int64>]) -> [TreeHash] {
        NaiveTree.path(ranges, in: leaves.map(\.leafHash))
    }
}

extension ExportedLeaf {
    func with(content: String?) -> ExportedLeaf {
        let row = content.map { AuditLeaf(kind: kind, key: key, at: at ?? 0, content: $0) }
        return ExportedLeaf(
            index: index, kind: kind, key: key, now: row, leafHash: leafHash, chainHash: chainHash)
    }

    func with(chain: TreeHash) -> ExportedLeaf {
        ExportedLeaf(
            index: index, kind: kind, key: key, now: now, leafHash: leafHash, chainHash: chain)
    }
}
