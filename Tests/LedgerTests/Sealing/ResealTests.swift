import Audit
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("Sealing on after somebody has edited the seal", .tags(.database))
struct ResealTests {
    @Test("leaves and checkpoints made anew by a new process agree with no earlier checkpoint")
    func rewritten() async throws {
        try await SealedLedger.with { ledger in
            let kept = try await ledger.checkpoint()
            try await ledger.tamper(Self.removal)
            var restarted = ledger
            restarted.progress = SealingProgress()
            try await restarted.seal()
            #expect(try await ledger.verify().findings == [])
            let faults = try await ledger.verify(earlier: [kept]).findings.map(\.fault)
            #expect(faults == [.rewritten])
        }
    }

    static let removal = """
        UPDATE audit SET actor = 'nobody' WHERE id = 2;
        DELETE FROM audit_leaf; DELETE FROM audit_checkpoint; DELETE FROM audit_subtree
        """

    @Test("a log that was removed is not made anew by the process that has sealed it")
    func removed() async throws {
        try await SealedLedger.with { ledger in
            try await ledger.tamper(Self.removal)
            await #expect(throws: AuditError.self) { try await ledger.seal() }
            #expect(try await ledger.count("SELECT count(*) FROM audit_leaf") == 0)
        }
    }

    @Test(
        "a checkpoint that says otherwise than was signed is not gone on from",
        arguments: [
            "chain = sha256('x')", "frontier = sha256('x') || substr(frontier, 33)",
            "tree_size = tree_size + 1", "note = replace(note, 'time 1', 'time 2')",
        ])
    func notSigned(change: String) async throws {
        try await SealedLedger.with { ledger in
            try await ledger.tamper(
                """
                UPDATE audit_checkpoint SET \(change)
                 WHERE tree_size = (SELECT max(tree_size) FROM audit_checkpoint)
                """)
            var restarted = ledger
            restarted.progress = SealingProgress()
            _ = try await ledger.fixture.open(.asset)
            await #expect(throws: AuditError.self) { try await restarted.seal() }
        }
    }
}
