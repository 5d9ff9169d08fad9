import Audit
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

/// What was sealed before is signed by the old key; the service is started again with a new one.
@Suite("A service that signs with a new key", .tags(.database))
struct RotationTests {
    @Test("goes on from the old key's checkpoint, and each key has signed its part")
    func goesOn() async throws {
        try await SealedLedger.with { before in
            let old = TrustedKey(before.key.publicKey)
            let kept = try await before.checkpoint()
            let ended = try TrustedKey(before.key.publicKey, endingWith: try await before.note())
            let key = try SealedLedger.makeKey()
            for retired in [old, ended] {
                let after = before.restarted(with: key, retired: [retired])
                try await after.write()
                try await after.seal()
                let report = try await after.verify(earlier: [kept])
                #expect(report.findings == [])
                #expect(report.signers.map(\.key) == [old.key.label, key.publicKey.label])
                #expect(report.signers.first?.last == kept.size)
                #expect(report.signers.last?.last == report.leaves)
            }
        }
    }

    @Test("is verified by both keys: the new one alone does not know who signed before")
    func newAlone() async throws {
        try await SealedLedger.with { before in
            let old = TrustedKey(before.key.publicKey)
            let after = before.restarted(with: try SealedLedger.makeKey(), retired: [old])
            try await after.write()
            try await after.seal()
            let findings = try await after.verify(with: [TrustedKey(after.key.publicKey)]).findings
            #expect(findings.map(\.fault) == [.forged])
            #expect(
                findings.first?.what.hasSuffix("\(old.key.label), whose key is not given") == true)
        }
    }

    @Test("seals nothing while it is not told of the old one, nor the old process after the new")
    func untold() async throws {
        try await SealedLedger.with { before in
            let key = try SealedLedger.makeKey()
            try await before.write()
            try await refuses(before.restarted(with: key), "whose key is not given")
            let old = TrustedKey(before.key.publicKey)
            try await before.restarted(with: key, retired: [old]).seal()
            try await before.write()
            try await refuses(before, "signed by \(key.publicKey.label), whose key is not given")
        }
    }

    @Test("goes on from no stranger's checkpoint, and it is found")
    func stranger() async throws {
        try await SealedLedger.with { before in
            let after = before.restarted(
                with: try SealedLedger.makeKey(), retired: [TrustedKey(before.key.publicKey)])
            try await after.write()
            try await after.seal()
            let stranger = try SealedLedger.makeKey()
            try await after.forge(with: stranger)
            try await after.write()
            try await refuses(after, "\(stranger.publicKey.label), whose key is not given")
            let findings = try await after.verify().findings
            #expect(findings.map(\.fault) == [.forged, .forged])
            #expect(findings.first?.what.contains(stranger.publicKey.label) == true)
        }
    }

    @Test("is not taken in by what a stolen key signs beyond its end, and it is found")
    func beyondEnd() async throws {
        try await SealedLedger.with { before in
            let stolen = before.key
            let ended = try TrustedKey(stolen.publicKey, endingWith: try await before.note())
            let key = try SealedLedger.makeKey()
            try await before.restarted(with: key, retired: [ended]).seal()
            try await before.write()
            // The thief seals as the service itself does.
            try await before.restarted(with: stolen).seal()
            try await before.write()
            let naive = before.restarted(with: key, retired: [TrustedKey(stolen.publicKey)])
            #expect(try await naive.verify().findings == [])
            let after = before.restarted(with: key, retired: [ended])
            try await refuses(after, "\(stolen.publicKey.label), which alone counts for nothing")
            let findings = try await after.verify().findings
            #expect(findings.first?.what.contains("which counts up to its checkpoint") == true)
        }
    }

    @Test("is not taken in by another history that a stolen key signs up to its end")
    func rewritten() async throws {
        try await SealedLedger.with { before in
            let stolen = before.key
            let ended = try TrustedKey(stolen.publicKey, endingWith: try await before.note())
            try await before.tamper(ResealTests.removal)
            try await before.restarted(with: stolen).seal()
            try await before.write()
            let key = try SealedLedger.makeKey()
            let naive = before.restarted(with: key, retired: [TrustedKey(stolen.publicKey)])
            #expect(try await naive.verify().findings == [])
            let after = before.restarted(with: key, retired: [ended])
            try await refuses(after, "which alone counts for nothing but its checkpoint")
            #expect(try await after.verify().findings.map(\.fault).contains(.rewritten))
        }
    }

    @Test("does not begin anew where there is no checkpoint any more, or an earlier one")
    func removed() async throws {
        try await SealedLedger.with { before in
            let key = try SealedLedger.makeKey()
            let ended = try TrustedKey(before.key.publicKey, endingWith: try await before.note())
            let after = before.restarted(with: key, retired: [ended])
            try await before.tamper(Self.shortening)
            try await refuses(after, "alone counts for nothing")
            // The same with what the new key has signed, by a service that was told nothing.
            try await before.tamper(ResealTests.removal)
            try await refuses(after, "though \(ended.key.label) has signed some")
            let untold = before.restarted(with: key)
            try await untold.seal(batch: 3)
            try await untold.tamper(Self.shortening)
            try await refuses(after, "when a key was retired")
        }
    }

    private static let shortening = """
        DELETE FROM audit_checkpoint
         WHERE tree_size = (SELECT max(tree_size) FROM audit_checkpoint);
        DELETE FROM audit_leaf
         WHERE index >= (SELECT max(tree_size) FROM audit_checkpoint)
        """

    private func refuses(_ ledger: SealedLedger, _ reason: String) async throws {
        let before = try await ledger.count("SELECT count(*) FROM audit_leaf")
        let error = await #expect(throws: AuditError.self) {
            try await ledger.restarted(with: ledger.key, retired: ledger.retired).seal()
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
        #expect(try await ledger.count("SELECT count(*) FROM audit_leaf") == before)
    }
}

extension SealedLedger {
    /// Something more to seal.
    fileprivate func write() async throws { _ = try await fixture.open(.asset) }

    /// The last checkpoint, signed by somebody else.
    fileprivate func forge(with key: AuditSigningKey) async throws {
        let note = try key.sign(try await note().text).description
        try await tamper(
            """
            UPDATE audit_checkpoint SET note = '\(note)'
             WHERE tree_size = (SELECT max(tree_size) FROM audit_checkpoint)
            """)
    }
}
