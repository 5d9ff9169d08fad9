import Audit
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Sealing", .tags(.database))
struct SealingTests {
    /// A database with an audit trail, and a sealer of it.
    struct Trail: Sendable {
        let test: TestDatabase
        let database: Database
        let key: AuditSigningKey

        static func make() async throws -> Trail {
            let test = try await TestDatabase.make(RunningHost.migrations)
            return Trail(
                test: test,
                database: try Database(.init(url: test.url, connections: 6), logger: .quiet),
                key: try AuditSigningKey(
                    name: "farthing/test", seed: AuditSigningKey.makeSeed()))
        }

        var keyring: Keyring { Keyring(key.publicKey) }

        func sealer(batch: Int = 2_000) throws -> AuditSealer {
            AuditSealer(
                database: database, kinds: [AuditTrail.sealedKind], keys: try SealingKeys(key),
                progress: SealingProgress(), batch: batch)
        }

        func write(_ subjects: [String]) async throws {
            try await database.transaction { tx in
                try AuditTrail.append(
                    subjects.map {
                        AuditRow(tenant: "acme", actor: "ann", action: "note", subject: $0)
                    }, in: tx)
            }
        }

        /// Runs a sealer until so many leaves are there.
        func seal(_ leaves: Int, batch: Int = 2_000) async throws {
            let sealer = try sealer(batch: batch)
            try await eventually("\(leaves) leaves") {
                try await sealer.run()
                return try await self.count("SELECT count(*) FROM audit_leaf") == leaves
            }
        }

        func count(_ sql: String) async throws -> Int {
            try Connection(url: test.superuserURL).query(sql)[0].read(0)
        }

        func subjects() async throws -> [String] {
            let connection = try Connection(url: test.superuserURL)
            return try connection.query(
                """
                SELECT subject FROM audit_leaf JOIN audit ON row_key = 'aud_' || id ORDER BY index
                """
            ).map { try $0.read(0) }
        }

        func verify(earlier: [Checkpoint] = []) async throws -> AuditReport {
            let path = FileManager.default.temporaryDirectory.appending(
                path: "farthing-trail-\(UInt64.random(in: 0...UInt64.max))"
            ).path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let folder = ExportFolder(path)
            _ = try await AuditExport(
                service: "test", kinds: [AuditTrail.sealedKind], folder: folder
            ).write(from: database)
            return try ExportVerification(keys: keyring, earlier: earlier).verify(folder)
        }

        func close() async throws {
            await database.close()
            try await test.drop()
        }
    }

    @Test("every row becomes one leaf, in order, also when they do not fit into one transaction")
    func inOrder() async throws {
        let trail = try await Trail.make()
        let subjects = (0..<53).map { "s\($0)" }
        try await trail.write(Array(subjects[..<30]))
        try await trail.write(Array(subjects[30...]))
        try await trail.seal(53, batch: 10)
        #expect(try await trail.subjects() == subjects)
        #expect(try await trail.count("SELECT count(*) FROM audit_checkpoint") >= 6)
        let report = try await trail.verify()
        #expect(report.findings == [])
        #expect(report.leaves == 53)
        try await trail.close()
    }

    @Test("what commits late is not passed over, and nothing is sealed ahead of it")
    func lateCommit() async throws {
        let trail = try await Trail.make()
        let slow = try Connection(url: trail.test.superuserURL)
        try slow.execute(
            """
            BEGIN;
            INSERT INTO audit (tenant, actor, action, subject, detail)
            VALUES ('acme', 'ann', 'note', 'slow', '{}')
            """)
        try await trail.write(["fast"])
        let sealer = try trail.sealer()
        try await sealer.run()
        #expect(try await trail.count("SELECT count(*) FROM audit_leaf") == 0)
        #expect(sealer.progress.lag > 0)
        try slow.execute("COMMIT")
        try await trail.seal(2)
        #expect(try await trail.subjects() == ["slow", "fast"])
        try await trail.close()
    }

    @Test("several sealers beside writers that roll back seal each row once")
    func crowd() async throws {
        let trail = try await Trail.make()
        try await withThrowingTaskGroup { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<25 {
                        try await trail.write(["\(writer)-\(number)", "again"])
                        try? await trail.database.transaction { tx in
                            try AuditTrail.append(
                                [
                                    AuditRow(
                                        tenant: "acme", actor: "a", action: "b", subject: "never")
                                ], in: tx)
                            try tx.query(HostQueries.ping)
                            throw CancellationError()
                        }
                    }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    let sealer = try trail.sealer(batch: 7)
                    for _ in 0..<30 { try await sealer.run() }
                }
            }
            try await group.waitForAll()
        }
        try await trail.seal(200, batch: 7)
        let report = try await trail.verify()
        #expect(report.findings == [])
        #expect(report.leaves == 200)
        #expect(report.waiting == 0)
        try await trail.close()
    }

    @Test("a log restored into a cluster with lower transactions is not gone on with")
    func otherCluster() async throws {
        let trail = try await Trail.make()
        try await trail.write(["one"])
        try await trail.seal(1)
        try Connection(url: trail.test.superuserURL).execute(
            """
            SET session_replication_role = replica;
            UPDATE audit_checkpoint SET cursors = '[{"kind": "audit", "place": {"xid":
                9000000000000, "key": "aud_1"}}]'
            """)
        let sealer = try trail.sealer()
        let error = await #expect(throws: AuditError.self) { try await sealer.run() }
        #expect(error?.description.contains("restored from a dump") == true)
        try await trail.close()
    }

    @Test("single rows and earlier checkpoints are proven, unless something was changed")
    func proofs() async throws {
        let trail = try await Trail.make()
        try await trail.write(["one", "two", "three"])
        try await trail.seal(3)
        let prover = AuditProver(kinds: [AuditTrail.sealedKind], database: trail.database)
        let proof = try await prover.inclusion(of: "aud_2")
        #expect(
            try proof.check(trail.keyring)
                == "aud_2 is leaf 1 of the 3 that \(trail.key.publicKey.label) has signed.")
        let note: String = try Connection(url: trail.test.superuserURL).query(
            "SELECT note FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1")[0].read(0)
        try await trail.write(["four", "five"])
        try await trail.seal(5)
        let extended = try await prover.consistency(with: note)
        #expect(try extended.check(trail.keyring).contains("of 5 leaves begins with"))
        await #expect(throws: AuditError.self) { try await prover.inclusion(of: "aud_6") }
        try Connection(url: trail.test.superuserURL).execute(
            """
            SET session_replication_role = replica; UPDATE audit SET actor = 'x' WHERE id = 2
            """)
        await #expect(throws: AuditError.self) { try await prover.inclusion(of: "aud_2") }
        try await trail.close()
    }
}
