import Audit
import Postgres
import TestSupport
import Testing

@testable import Farthing
@testable import Ledger

@Suite("The verifier's check of kept subtrees", .tags(.database))
struct SubtreeCheckTests {
    @Test("finds nothing in right roots, whether or not all are kept, and names the wrong one")
    func roots() async throws {
        let test = try await TestDatabase.make(LedgerCommand.migrations)
        let connection = try Connection(url: test.superuserURL)
        try connection.execute(
            """
            INSERT INTO audit_leaf (index, kind, row_key, leaf_hash, chain_hash)
            SELECT index, 'audit', 'aud_' || index, sha256(index::text::bytea), sha256('')
            FROM generate_series(0, 65999) AS index
            """)
        var tree = Frontier()
        for row in try connection.query("SELECT leaf_hash FROM audit_leaf ORDER BY index") {
            let leaf = try #require(TreeHash(try row.read(0, as: [UInt8].self)))
            for subtree in tree.append(leaf) where subtree.index != 7 {
                try connection.query(
                    "INSERT INTO audit_subtree VALUES ($1::bigint, $2, $3)",
                    subtree.level, subtree.index, subtree.root.bytes)
            }
        }
        #expect(try await Self.findings(test) == [])

        try connection.execute(
            """
            SET session_replication_role = replica;
            UPDATE audit_subtree SET root = sha256('x')
            WHERE (level, index) IN ((1, 200), (1, 256), (2, 0))
            """)
        #expect(
            try await Self.findings(test) == [
                "subtree 0 of level 2 has a root that is not of its leaves",
                "subtree 200 of level 1 has a root that is not of its leaves",
                "subtree 256 of level 1 has a root that is not of its leaves",
            ])
        try connection.execute("DELETE FROM audit_leaf WHERE index = 65791")
        #expect(
            try await Self.findings(test).last
                == "subtree 256 of level 1 has a root, but not all of its leaves are there")
        try await test.drop()
    }

    private static func findings(_ test: TestDatabase) async throws -> [String] {
        let database = try Database(.init(url: test.ownerURL, connections: 1), logger: .quiet)
        let findings = try await database.read(isolation: .repeatableRead) { tx in
            try SubtreeCheck.findings(in: "ledger", tx)
        }
        await database.close()
        return findings.map { "\($0.subject) \($0.what)" }.sorted()
    }
}
