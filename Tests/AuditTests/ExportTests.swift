import Audit
import FoundationEssentials
import TestSupport
import Testing

/// What an export says is found out without a database; what tampering with a database comes to is
/// tested against one, in LedgerTests.
@Suite("Verifying an export", .tags(.unit))
struct ExportTests {
    @Test("a sound one is sound, and so are the checkpoints that were kept of it")
    func sound() throws {
        let log = try SampleLog(leaves: 25)
        let report = try log.verify(earlier: [0, 10, 20])
        #expect(report.findings == [])
        #expect(report.leaves == 25)
        #expect(report.checkpoints == 3)
    }

    /// What is done to an export, and what must be found.
    struct Change: Sendable, CustomStringConvertible {
        let description: String
        let fault: AuditFinding.Fault
        let apply: @Sendable (inout SampleLog) throws -> Void

        init(
            _ description: String, _ fault: AuditFinding.Fault,
            _ apply: @escaping @Sendable (inout SampleLog) throws -> Void
        ) {
            self.description = description
            self.fault = fault
            self.apply = apply
        }
    }

    static let changes: [Change] = [
        Change("a row is edited", .edited) { $0.leaves[7] = $0.leaves[7].with(content: "other") },
        Change("a row is gone", .deleted) { $0.leaves[7] = $0.leaves[7].with(content: nil) },
        Change("leaves change places", .reordered) { $0.leaves.swapAt(7, 8) },
        Change("a leaf is gone", .reordered) { $0.leaves.remove(at: 7) },
        Change("the last leaf is gone", .forged) { $0.leaves.removeLast() },
        Change("the last checkpoint is gone", .forged) { $0.checkpoints.removeLast() },
        Change("a checkpoint is edited", .forged) {
            $0.checkpoints[1] = $0.checkpoints[1].replacing("\n20\n", with: "\n19\n")
        },
        Change("checkpoints change places", .forged) { $0.checkpoints.swapAt(0, 1) },
        Change("the chain is edited", .unchained) {
            $0.leaves[7] = $0.leaves[7].with(chain: .zero)
        },
        Change("leaves are made anew, without the key", .forged) {
            try $0.reseal(at: 7, content: "other")
        },
        Change("all is made anew, with the key", .rewritten) {
            try $0.remake(at: 7, content: "other")
        },
        Change("the end is cut off, with the key", .rewritten) { try $0.shorten(to: 5) },
        Change("a row is put before what was sealed", .inserted) {
            $0.unsealed = [$0.unsealedRow(isPassed: true, age: 0)]
        },
        Change("a row waits for too long", .unsealed) {
            $0.unsealed = [$0.unsealedRow(isPassed: false, age: 61)]
        },
        Change("a row is dated back", .backdated) { try $0.remake(at: 22, content: "x", at: 5) },
    ]

    @Test("each change of it is found", arguments: changes)
    func finds(change: Change) throws {
        var log = try SampleLog(leaves: 25)
        let kept = try log.keptCheckpoints([10])
        try change.apply(&log)
        let faults = Set(try log.verify(kept: kept).findings.map(\.fault))
        #expect(faults.contains(change.fault), "found only \(faults)")
    }

    @Test("a whole new log with the right signatures looks sound to who kept no checkpoint")
    func rewrittenUnnoticed() throws {
        var log = try SampleLog(leaves: 25)
        try log.remake(at: 7, content: "other")
        #expect(try log.verify(kept: []).isSound)
    }

    @Test("what waits for a moment is no fault, and findings are not listed for ever")
    func limits() throws {
        var log = try SampleLog(leaves: 25)
        log.unsealed = [log.unsealedRow(isPassed: false, age: 2)]
        let report = try log.verify(kept: [])
        #expect(report.isSound)
        #expect(report.waiting == 1)
        log.unsealed = Array(repeating: log.unsealedRow(isPassed: true, age: 0), count: 1_234)
        let long = try log.verify(kept: [])
        #expect(long.findings.count == 1000)
        #expect(long.more == 234)
    }

    @Test("what is no export is refused with its name")
    func unreadable() throws {
        let log = try SampleLog(leaves: 3)
        let error = #expect(throws: AuditError.self) {
            try ExportVerification(keys: try log.keyring).verify(ExportFolder("/nowhere"))
        }
        #expect(error?.description.contains("/nowhere") == true)
    }

    @Test("proofs are checked by themselves, and a changed one proves nothing")
    func proofs() throws {
        let log = try SampleLog(leaves: 25)
        let leaf = try #require(log.leaves[7].now)
        let proof = try log.inclusion(of: 7)
        #expect(try proof(leaf).check(try log.keyring).contains("aud_7 is leaf 7 of the 25"))
        let other = AuditLeaf(kind: "audit", key: "aud_7", at: leaf.at, content: "other")
        #expect(throws: AuditError.self) { try proof(other).check(try log.keyring) }
        let consistency = try log.consistency(from: 10)
        #expect(try consistency.check(try log.keyring).contains("25 leaves begins with"))
        var rewritten = log
        try rewritten.remake(at: 7, content: "other")
        #expect(throws: AuditError.self) {
            try ProofFile.consistency(
                older: log.checkpoints[0], newer: rewritten.checkpoints[2],
                path: consistency.path
            ).check(try log.keyring)
        }
    }
}

extension ProofFile {
    fileprivate var path: [TreeHash] {
        switch self {
        case .inclusion(_, _, let path, _), .consistency(_, _, let path): path
        }
    }
}
