import Audit
import TestSupport
import Testing

/// A log of twenty-five leaves, of which one key has signed ten, and another the rest.
@Suite("Keys that follow each other", .tags(.unit))
struct RotationTests {
    private let log: SampleLog
    private let old: AuditSigningKey
    private let new: TrustedKey

    init() throws {
        log = try SampleLog(leaves: 25, rotated: 10)
        old = try #require(log.older).key
        new = TrustedKey(log.key.publicKey)
    }

    /// The old key, as far as it had come when it was retired.
    private var ended: TrustedKey {
        get throws {
            try TrustedKey(old.publicKey, endingWith: SignedNote(log.checkpoints[0]))
        }
    }

    @Test("a log is sound by both, and the report says what each has signed")
    func both() throws {
        let kept = try log.keptCheckpoints([10, 20])
        for oldKey in [TrustedKey(old.publicKey), try ended] {
            let report = try log.verify(kept: kept, with: Keyring([new, oldKey]))
            #expect(report.findings == [])
            #expect(
                report.signers.map { "\($0.key) \($0.checkpoints) \($0.first) \($0.last)" } == [
                    "\(old.publicKey.label) 1 10 10", "\(log.key.publicKey.label) 2 20 25",
                ])
        }
    }

    @Test("without the old key the log's beginning is signed by somebody unknown")
    func newAlone() throws {
        let report = try log.verify(with: Keyring([new]))
        #expect(
            report.findings.map(\.description) == [
                "forged: a checkpoint after leaf 0 is signed by \(old.publicKey.label), whose key "
                    + "is not given"
            ])
    }

    @Test("without the new key its end is, told in one line and not in one for each")
    func oldAlone() throws {
        let report = try log.verify(with: Keyring(old.publicKey))
        #expect(
            report.findings.map(\.description) == [
                "forged: 2 checkpoints after leaf 10 are signed by \(log.key.publicKey.label), "
                    + "whose key is not given",
                "forged: the last 15 of 25 leaves are below no signed checkpoint that counts",
            ])
    }

    @Test("a stranger's checkpoint is found, whatever he calls himself")
    func stranger() throws {
        var forged = log
        let stranger = try SampleLog.makeKey()
        let text = try SignedNote(log.checkpoints[2]).text
        forged.checkpoints[2] = try stranger.sign(text).description
        let faults = try forged.verify(with: Keyring([new, ended])).findings
        #expect(faults.first?.what.contains(stranger.publicKey.label) == true, "\(faults)")
        // Under the name and the id of a key that is known.
        forged.checkpoints[2] = log.checkpoints[2].replacing("\n25\n", with: "\n24\n")
        let edited = try forged.verify(with: Keyring([new, ended])).findings
        #expect(edited.first?.what == "is not what \(log.key.publicKey.label) has signed")
    }

    @Test("what a stolen key signs beyond its end is found")
    func beyondEnd() throws {
        var stolen = log
        stolen.older?.size = .max
        try stolen.remake(at: 22, content: "other")
        #expect(try stolen.verify(with: Keyring([new, TrustedKey(old.publicKey)])).isSound)
        let report = try stolen.verify(with: Keyring([new, ended]))
        #expect(
            report.findings.first?.description
                == "forged: 2 checkpoints after leaf 10 are signed by \(old.publicKey.label), "
                + "which counts up to its checkpoint of 10 leaves")
    }

    @Test("another history that a stolen key signs up to its end is found too")
    func beforeEnd() throws {
        var stolen = log
        try stolen.remake(at: 7, content: "other")
        for size in [10, 9] {
            try stolen.shorten(to: size)
            let naive = try Keyring([new, TrustedKey(old.publicKey)])
            #expect(try stolen.verify(with: naive).isSound)
            let faults = try stolen.verify(with: Keyring([new, ended])).findings.map(\.fault)
            #expect(faults.contains(.rewritten), "\(size): \(faults)")
        }
    }

    @Test("a proof below a retired key's checkpoint counts, until the key has an end before it")
    func inclusion() throws {
        var short = log
        try short.shorten(to: 10)
        let leaf = try #require(short.leaves[7].now)
        let proof = try short.inclusion(of: 7)(leaf)
        #expect(throws: AuditError.self) { try proof.check(Keyring([new])) }
        let checked = try proof.check(Keyring([new, TrustedKey(old.publicKey)]))
        #expect(checked == "aud_7 is leaf 7 of the 10 that \(old.publicKey.label) has signed.")
        #expect(try proof.check(Keyring([new, ended])) == checked)
        // Of nine leaves, nothing shows that they are the first of the ten.
        try short.shorten(to: 9)
        let alone = try short.inclusion(of: 7)(leaf)
        let error = #expect(throws: AuditError.self) { try alone.check(Keyring([new, ended])) }
        #expect(error?.description.contains("alone counts for nothing but") == true)
    }

    @Test("the new key's log is proven to go on from the old key's")
    func consistency() throws {
        let proof = try log.consistency(from: 10)
        for oldKey in [TrustedKey(old.publicKey), try ended] {
            let checked = try proof.check(Keyring([new, oldKey]))
            #expect(
                checked.contains(
                    "by \(log.key.publicKey.label), and before by \(old.publicKey.label)"))
        }
        #expect(throws: AuditError.self) { try proof.check(Keyring([new])) }
    }

    @Test("a key is retired at its last checkpoint before another's, whatever a thief adds later")
    func retiring() throws {
        var stolen = log
        stolen.checkpoints[2] = try old.sign(SignedNote(log.checkpoints[2]).text).description
        let retired = try stolen.withExport { try $0.retired(old.publicKey) }
        #expect(retired.end?.size == 10)
        #expect(retired.description == "\(old.publicKey)\n\(log.checkpoints[0])")
        let stranger = try SampleLog.makeKey().publicKey
        #expect(throws: AuditError.self) { try log.withExport { try $0.retired(stranger) } }
    }
}
