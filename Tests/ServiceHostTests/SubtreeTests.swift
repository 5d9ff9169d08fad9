import Audit
import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Kept roots of a sealed log's subtrees", .tags(.database))
struct SubtreeTests {
    private typealias Trail = SealingTests.Trail

    @Test("the sealer keeps the root of every 256 leaves, however they came")
    func sealed() async throws {
        try await Self.with(leaves: 700, batch: 90) { trail in
            let leaves = try trail.hashes("SELECT leaf_hash FROM audit_leaf ORDER BY index")
            let roots = (0..<2).map { Frontier(leaves[$0 * 256..<($0 + 1) * 256]).root }
            #expect(try trail.roots() == roots)
        }
    }

    @Test("a proof reads few leaves: the others may as well be gone")
    func reading() async throws {
        try await Self.with(leaves: 700) { trail in
            // Of the first leaf's own subtree, and after the last complete one.
            try trail.tamper("DELETE FROM audit_leaf WHERE index BETWEEN 256 AND 511")
            let proof = try await trail.prover.inclusion(of: "aud_1")
            #expect(
                try proof.check(trail.keyring)
                    == "aud_1 is leaf 0 of the 700 that \(trail.key.publicKey.label) has signed.")
            let extended = try await trail.prover.consistency(with: try trail.firstNote())
            #expect(try extended.check(trail.keyring).contains("begins with that of 600"))

            // The second subtree's root stood for them.
            try trail.tamper("DELETE FROM audit_subtree WHERE index = 1")
            let error = await #expect(throws: AuditError.self) {
                try await trail.prover.inclusion(of: "aud_1")
            }
            #expect(error?.description == "of the leaves 256 to 511, some are gone")
        }
    }

    @Test("a log that was sealed before roots were kept is proven, and filled up bit by bit")
    func filling() async throws {
        try await Self.with(leaves: 700) { trail in
            let kept = try trail.roots()
            try trail.tamper("DELETE FROM audit_subtree")
            let proof = try await trail.prover.inclusion(of: "aud_1")
            _ = try proof.check(trail.keyring)

            let filling = SubtreeFilling(
                database: trail.database, progress: Self.progress(700), batch: 1)
            try await filling.run()
            #expect(try trail.roots() == [kept[0]])
            try await filling.run()
            #expect(try trail.roots() == kept)
            // Nothing is left to do.
            try await filling.run()
            #expect(try trail.roots() == kept)
            #expect(try await trail.prover.inclusion(of: "aud_1") == proof)
        }
    }

    @Test("what a program from before sealed meanwhile is filled up, too")
    func gap() async throws {
        try await Self.with(leaves: 700) { trail in
            let progress = Self.progress(700)
            let filling = SubtreeFilling(database: trail.database, progress: progress)
            try await filling.run()
            try await trail.write((700..<1_300).map { "s\($0)" })
            try await trail.seal(1_300)
            let kept = try trail.roots()
            #expect(kept.count == 5)
            try trail.tamper("DELETE FROM audit_subtree WHERE index = 3")
            progress.note(Self.round(1_300))
            try await filling.run()
            #expect(try trail.roots() == kept)
        }
    }

    @Test("the level above is filled up from the one below")
    func secondLevel() async throws {
        try await Self.with(leaves: 1) { trail in
            try trail.tamper(
                """
                INSERT INTO audit_leaf (index, kind, row_key, leaf_hash, chain_hash)
                SELECT index, 'audit', 'aud_' || index + 1, sha256(index::text::bytea), sha256('')
                FROM generate_series(1, 65999) AS index
                """)
            let filling = SubtreeFilling(
                database: trail.database, progress: Self.progress(66_000), batch: 200)
            try await filling.run()
            #expect(try trail.roots().count == 200)
            try await filling.run()
            let leaves = try trail.hashes(
                "SELECT leaf_hash FROM audit_leaf WHERE index < 65536 ORDER BY index")
            #expect(try trail.roots().count == 257)
            #expect(try trail.roots(level: 2) == [Frontier(leaves).root])
        }
    }

    @Test("a root that was changed proves nothing, and it is said why")
    func changed() async throws {
        try await Self.with(leaves: 700) { trail in
            let note = try trail.firstNote()
            try trail.tamper("UPDATE audit_subtree SET root = sha256('x') WHERE index = 1")
            let error = await #expect(throws: AuditError.self) {
                try await trail.prover.inclusion(of: "aud_1")
            }
            #expect(
                error?.description.hasPrefix(
                    "aud_1 is leaf 0, but the tree above it does not lead to the root that was "
                        + "signed.") == true)
            await #expect(throws: AuditError.self) {
                try await trail.prover.consistency(with: note)
            }
            // Where it is not needed, it does no harm.
            let proof = try await trail.prover.inclusion(of: "aud_300")
            _ = try proof.check(trail.keyring)
        }
    }

    @Test("a leaf that was changed together with the sealer's own state proves nothing")
    func signedRoot() async throws {
        try await Self.with(leaves: 3) { trail in
            try trail.tamper(
                """
                UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE index = 2;
                UPDATE audit_checkpoint SET frontier = substr(frontier, 1, 32) || sha256('x')
                """)
            await #expect(throws: AuditError.self) {
                try await trail.prover.inclusion(of: "aud_1")
            }
        }
    }

    /// As a sealer has it that knows of so many leaves.
    private static func progress(_ size: Int64) -> SealingProgress {
        let progress = SealingProgress()
        progress.note(round(size))
        return progress
    }

    private static func round(_ size: Int64) -> AuditSealer.Round {
        var log = SealedLog()
        for _ in 0..<size { log.append(.zero) }
        return AuditSealer.Round(log: log, sealedUntil: 0, now: 0)
    }

    /// A trail of so many sealed rows; with more than 600, the first 600 have a checkpoint.
    private static func with(
        leaves: Int, batch: Int = 600, _ body: (SealingTests.Trail) async throws -> Void
    ) async throws {
        let trail = try await Trail.make()
        try await trail.write((0..<leaves).map { "s\($0)" })
        try await trail.seal(leaves, batch: batch)
        try await body(trail)
        try await trail.close()
    }
}

extension SealingTests.Trail {
    fileprivate var prover: AuditProver {
        AuditProver(kinds: [AuditTrail.sealedKind], database: database)
    }

    /// What a superuser can do whom no trigger stops.
    fileprivate func tamper(_ sql: String) throws {
        try Connection(url: test.superuserURL).execute(
            "SET session_replication_role = replica; " + sql)
    }

    fileprivate func hashes(_ sql: String) throws -> [TreeHash] {
        try Connection(url: test.superuserURL).query(sql).compactMap {
            TreeHash(try $0.read(0, as: [UInt8].self))
        }
    }

    fileprivate func roots(level: Int = 1) throws -> [TreeHash] {
        try hashes("SELECT root FROM audit_subtree WHERE level = \(level) ORDER BY index")
    }

    fileprivate func firstNote() throws -> String {
        try Connection(url: test.superuserURL).query(
            "SELECT note FROM audit_checkpoint ORDER BY tree_size LIMIT 1"
        )[0].read(0)
    }
}
