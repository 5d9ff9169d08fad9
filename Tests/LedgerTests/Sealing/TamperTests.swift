import Audit
import Postgres
import TestSupport
import Testing

/// A superuser can do anything to the tables; it is found all the same.
@Suite("Tampering with a sealed ledger", .serialized, .tags(.database))
struct TamperTests {
    struct Tampering: Sendable, CustomStringConvertible {
        let description: String
        let fault: AuditFinding.Fault
        let sql: String
    }

    /// What is done to rows, whose leaves stay.
    static let rows = [
        Tampering(
            description: "a transfer is edited", fault: .edited,
            sql: """
                UPDATE transfer SET metadata = '{"a": "b"}'
                WHERE id = (SELECT id FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "a transfer is dated back", fault: .edited,
            sql: """
                UPDATE transfer SET created_at = created_at - interval '1 microsecond'
                WHERE id = (SELECT id FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "amounts are edited, and still balance", fault: .edited,
            sql: """
                UPDATE entry SET amount = amount + 1
                WHERE transfer = (SELECT id FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "a balance is edited", fault: .edited,
            sql: """
                UPDATE entry SET balance_after = balance_after + 1
                WHERE (transfer, line) = (SELECT id, 0 FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "an entry goes to another account", fault: .edited,
            sql: """
                UPDATE entry SET account = gen_random_uuid()
                WHERE (transfer, line) = (SELECT id, 0 FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "two entries change places", fault: .edited,
            sql: """
                UPDATE entry SET line = line + 10
                WHERE transfer = (SELECT id FROM transfer ORDER BY id LIMIT 1);
                UPDATE entry SET line = 11 - line WHERE line >= 10
                """),
        Tampering(
            description: "an entry is removed", fault: .edited,
            sql: """
                DELETE FROM entry
                WHERE (transfer, line) = (SELECT id, 1 FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "entries are added to an old transfer", fault: .edited,
            sql: """
                INSERT INTO entry
                    (account, version, tenant, transfer, line, side, amount, currency,
                     balance_after)
                SELECT account, version + 100, tenant, transfer, line + 2, side, amount, currency,
                       balance_after
                FROM entry WHERE transfer = (SELECT id FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "a transfer is deleted", fault: .deleted,
            sql: "DELETE FROM transfer WHERE id = (SELECT id FROM transfer ORDER BY id LIMIT 1)"),
        Tampering(
            description: "who posted a transfer is edited", fault: .edited,
            sql: """
                UPDATE transfer SET actor = 'nobody'
                WHERE id = (SELECT id FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "upon which request it was posted is edited", fault: .edited,
            sql: """
                UPDATE transfer SET request_id = 'another'
                WHERE id = (SELECT id FROM transfer ORDER BY id LIMIT 1)
                """),
        Tampering(
            description: "who did it is edited", fault: .edited,
            sql: "UPDATE audit SET actor = 'nobody' WHERE id = 2"),
        Tampering(
            description: "what was done is edited", fault: .edited,
            sql: "UPDATE audit SET detail = detail || '{\"amount\": 1}' WHERE id = 2"),
        Tampering(
            description: "when it was done is edited", fault: .edited,
            sql: "UPDATE audit SET at = at + interval '1 microsecond' WHERE id = 2"),
        Tampering(
            description: "for whom it was done is edited", fault: .edited,
            sql: "UPDATE audit SET tenant = 'other' WHERE id = 2"),
        Tampering(
            description: "an audit row is deleted", fault: .deleted,
            sql: "DELETE FROM audit WHERE id = 2"),
        Tampering(
            description: "two audit rows change places", fault: .edited,
            sql: """
                ALTER TABLE audit ALTER COLUMN id DROP IDENTITY;
                UPDATE audit SET id = 1000 WHERE id = 2;
                UPDATE audit SET id = 2 WHERE id = 1;
                UPDATE audit SET id = 1 WHERE id = 1000
                """),
        Tampering(
            description: "an audit row is put among the old ones", fault: .inserted,
            sql: """
                INSERT INTO audit (tenant, actor, action, subject, detail, xid)
                VALUES ('acme', 'a', 'b', 'c', '{}', (SELECT min(xid::text)::xid8 FROM audit))
                """),
        Tampering(
            description: "a transfer is put among the old ones", fault: .inserted,
            sql: """
                INSERT INTO transfer (id, tenant, xid)
                VALUES (gen_random_uuid(), 'acme', '3')
                """),
    ]

    /// What is done to the seal itself, by somebody who does not have the key.
    static let seals = [
        Tampering(
            description: "two leaves change places", fault: .unchained,
            sql: """
                UPDATE audit_leaf SET index = 1000 WHERE index = 2;
                UPDATE audit_leaf SET index = 2 WHERE index = 3;
                UPDATE audit_leaf SET index = 3 WHERE index = 1000
                """),
        Tampering(
            description: "two leaves change what they are of", fault: .edited,
            sql: """
                UPDATE audit_leaf SET row_key = row_key || '-' WHERE index IN (0, 1);
                UPDATE audit_leaf AS leaf SET row_key = rtrim(other.row_key, '-')
                FROM audit_leaf AS other
                WHERE leaf.index IN (0, 1) AND other.index = 1 - leaf.index
                """),
        Tampering(
            description: "a row goes, and its leaf with it", fault: .reordered,
            sql: """
                DELETE FROM audit WHERE id = 2; DELETE FROM audit_leaf WHERE row_key = 'aud_2'
                """),
        Tampering(
            description: "a leaf's hash is edited", fault: .forged,
            sql: "UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE index = 4"),
        Tampering(
            description: "the chain is edited", fault: .unchained,
            sql: "UPDATE audit_leaf SET chain_hash = sha256('x') WHERE index = 4"),
        Tampering(
            description: "the last leaf goes", fault: .forged,
            sql: "DELETE FROM audit_leaf WHERE index = (SELECT max(index) FROM audit_leaf)"),
        Tampering(
            description: "a leaf is added", fault: .forged,
            sql: """
                INSERT INTO audit_leaf
                SELECT max(index) + 1, 'audit', 'aud_999', sha256('x'), sha256('x') FROM audit_leaf
                """),
        Tampering(
            description: "the last checkpoint goes", fault: .forged,
            sql: """
                DELETE FROM audit_checkpoint
                WHERE tree_size = (SELECT max(tree_size) FROM audit_checkpoint)
                """),
        Tampering(
            description: "a checkpoint is edited", fault: .forged,
            sql: "UPDATE audit_checkpoint SET note = replace(note, 'time 1', 'time 2')"),
        Tampering(
            description: "checkpoints change places", fault: .forged,
            sql: "UPDATE audit_checkpoint SET tree_size = 10000 - tree_size"),
        Tampering(
            description: "a row is put among the old ones, and the cursors are spoilt",
            fault: .inserted,
            sql: """
                INSERT INTO audit (tenant, actor, action, subject, detail, xid)
                VALUES ('acme', 'a', 'b', 'c', '{}', '3');
                UPDATE audit_checkpoint SET cursors = '{}', frontier = ''
                """),
    ]

    @Test("is found, whatever is done", arguments: rows + seals)
    func found(tampering: Tampering) async throws {
        try await SealedLedger.with { ledger in
            let before = try await ledger.verify()
            #expect(before.findings == [])
            #expect(before.checkpoints >= 3)
            try await ledger.tamper(tampering.sql)
            let report = try await ledger.verify()
            let faults = Set(report.findings.map(\.fault))
            #expect(faults.contains(tampering.fault), "found only \(report.findings)")
        }
    }

    @Test("a row that claims to be older than the seal before it is found once it is sealed")
    func backdated() async throws {
        try await SealedLedger.with { ledger in
            try await ledger.asSuperuser(
                """
                INSERT INTO audit (at, tenant, actor, action, subject, detail)
                VALUES (now() - interval '1 day', 'acme', 'a', 'b', 'c', '{}')
                """)
            try await ledger.seal()
            let faults = try await ledger.verify().findings.map(\.fault)
            #expect(faults == [.backdated])
        }
    }

    @Test("an end that was cut off, rows and seal together, is missed by an earlier checkpoint")
    func shortened() async throws {
        try await SealedLedger.with { ledger in
            let kept = try await ledger.checkpoint()
            try await ledger.tamper(
                """
                CREATE TEMP TABLE keep AS
                    SELECT max(tree_size) AS size FROM audit_checkpoint
                    WHERE tree_size < (SELECT max(tree_size) FROM audit_checkpoint);
                DELETE FROM audit WHERE 'aud_' || id IN (
                    SELECT row_key FROM audit_leaf, keep WHERE index >= size);
                DELETE FROM transfer WHERE 'txn_' || id IN (
                    SELECT row_key FROM audit_leaf, keep WHERE index >= size);
                DELETE FROM audit_leaf USING keep WHERE index >= size;
                DELETE FROM audit_checkpoint USING keep WHERE tree_size > size
                """)
            #expect(try await ledger.verify().findings == [])
            let faults = try await ledger.verify(earlier: [kept]).findings.map(\.fault)
            #expect(faults == [.rewritten])
        }
    }

    @Test(
        "the service's own role cannot do any of it",
        arguments: [
            Statement("UPDATE audit_leaf SET leaf_hash = sha256('x')"),
            Statement("DELETE FROM audit_leaf"), Statement("TRUNCATE audit_leaf"),
            Statement("UPDATE audit_checkpoint SET note = ''"),
            Statement("DELETE FROM audit_checkpoint"), Statement("TRUNCATE audit_checkpoint"),
            Statement("UPDATE audit_subtree SET root = sha256('x')"),
            Statement("DELETE FROM audit_subtree"), Statement("TRUNCATE audit_subtree"),
            Statement("UPDATE audit SET xid = '3'"),
            Statement(
                """
                INSERT INTO audit (tenant, actor, action, subject, detail, xid)
                VALUES ('acme', 'a', 'b', 'c', '{}', '3')
                """),
            Statement(
                """
                INSERT INTO audit (at, tenant, actor, action, subject, detail)
                VALUES ('2020-01-01', 'acme', 'a', 'b', 'c', '{}')
                """),
            Statement(
                "INSERT INTO transfer (id, tenant, xid) VALUES (gen_random_uuid(), 'acme', '3')"),
            Statement("SET session_replication_role = replica"),
        ])
    func serviceRole(statement: Statement) async throws {
        try await SealedLedger.with { ledger in
            let error = try await #require(throws: PostgresError.self) {
                try await ledger.fixture.write(statement)
            }
            #expect(error.code == .insufficientPrivilege)
            #expect(try await ledger.verify().findings == [])
        }
    }
}
