import Audit
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

/// What was sealed years ago must still be what the row says: these texts never change.
@Suite("What is sealed of a transfer", .tags(.database))
struct SealedTextTests {
    private static let plain = "00000000-0000-7000-8000-000000000001"
    private static let strange = "00000000-0000-7000-8000-000000000002"
    private static let bare = "00000000-0000-7000-8000-000000000003"
    private static let account = "00000000-0000-7000-8000-00000000000a"
    private static let other = "00000000-0000-7000-8000-00000000000b"

    @Test("is its row and those of its entries, where these say what it says")
    func plainTransfer() async throws {
        try await Self.expect(
            Self.plain,
            rows: """
                INSERT INTO transfer (id, tenant, xid, created_at, effective_at, actor, request_id)
                VALUES ('\(Self.plain)', 'acme', '7', '2026-11-01 10:00:00.25Z',
                        '2026-11-01 10:00:00.25Z', 'ann', 'req-1');
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                                   balance_after, created_at, effective_at, chain_at, displaced)
                VALUES ('\(Self.account)', 3, 'acme', '\(Self.plain)', 0, 'debit', 5, 'USD', -5,
                        '2026-11-01 10:00:00.25Z', '2026-11-01 10:00:00.25Z',
                        '2026-11-01 10:00:00.25Z', 0),
                       ('\(Self.other)', 1, 'acme', '\(Self.plain)', 1, 'credit', 5, 'USD', 5,
                        '2026-11-01 10:00:00.25Z', '2026-11-01 10:00:00.25Z',
                        '2026-11-01 10:00:00.25Z', 0);
                """,
            """
            {"tenant" : "acme", "reference" : null, "payment" : null, "saga" : null, \
            "hold" : null, "reverses" : null, "xid" : "7", \
            "effective_at" : "2026-11-01T10:00:00.25", "metadata" : {}, "entries" : [\
            {"line" : 0, "tenant" : "acme", "account" : "\(Self.account)", "version" : 3, \
            "side" : "debit", "amount" : 5, "currency" : "USD", "balance_after" : -5, \
            "created_at" : "2026-11-01T10:00:00.25", "effective_at" : "2026-11-01T10:00:00.25", \
            "chain_at" : "2026-11-01T10:00:00.25", "displaced" : 0}, \
            {"line" : 1, "tenant" : "acme", "account" : "\(Self.other)", "version" : 1, \
            "side" : "credit", "amount" : 5, "currency" : "USD", "balance_after" : 5, \
            "created_at" : "2026-11-01T10:00:00.25", "effective_at" : "2026-11-01T10:00:00.25", \
            "chain_at" : "2026-11-01T10:00:00.25", "displaced" : 0}], \
            "actor" : "ann", "request_id" : "req-1"}
            """)
    }

    @Test("is what each entry says, where that is not what the transfer says")
    func strangeTransfer() async throws {
        try await Self.expect(
            Self.strange,
            rows: #"""
                INSERT INTO transfer (id, tenant, reference, payment, saga, hold, reverses, xid,
                                      created_at, effective_at, metadata, actor)
                VALUES ('\#(Self.strange)', 'a"b', E'x\ty', '\#(Self.account)', '\#(Self.other)',
                        '\#(Self.plain)', '\#(Self.bare)', '8', '2026-11-02 00:00:00Z',
                        '2026-10-01 12:00:00.000001Z', '{"k": "v\"w"}', 'é');
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                                   balance_after, created_at, effective_at, chain_at, displaced)
                VALUES ('\#(Self.account)', 1, 'c\d', '\#(Self.strange)', 0, 'credit', 1, 'JPY', 1,
                        '2026-11-02 00:00:01Z', '2026-11-02 00:00:02Z', '2026-11-02 00:00:03Z', 1);
                """#,
            #"""
            {"tenant" : "a\"b", "reference" : "x\ty", "payment" : "\#(Self.account)", \#
            "saga" : "\#(Self.other)", "hold" : "\#(Self.plain)", "reverses" : "\#(Self.bare)", \#
            "xid" : "8", "effective_at" : "2026-10-01T12:00:00.000001", \#
            "metadata" : {"k": "v\"w"}, "entries" : [\#
            {"line" : 0, "tenant" : "c\\d", "account" : "\#(Self.account)", "version" : 1, \#
            "side" : "credit", "amount" : 1, "currency" : "JPY", "balance_after" : 1, \#
            "created_at" : "2026-11-02T00:00:01", "effective_at" : "2026-11-02T00:00:02", \#
            "chain_at" : "2026-11-02T00:00:03", "displaced" : 1}], "actor" : "é"}
            """#)
    }

    @Test("says so if it has no entries, and nothing of columns that are newer than it")
    func bareTransfer() async throws {
        try await Self.expect(
            Self.bare,
            rows: """
                ALTER TABLE transfer DROP CONSTRAINT transfer_tells_who;
                INSERT INTO transfer (id, tenant, xid, created_at, effective_at, actor)
                VALUES ('\(Self.bare)', 'acme', '9', '2026-11-02 00:00:00Z',
                        '2026-11-02 00:00:00Z', NULL);
                """,
            """
            {"tenant" : "acme", "reference" : null, "payment" : null, "saga" : null, \
            "hold" : null, "reverses" : null, "xid" : "9", \
            "effective_at" : "2026-11-02T00:00:00", "metadata" : {}, "entries" : []}
            """)
    }

    /// Asks a session in another time zone than the server's.
    private static func expect(
        _ transfer: String, rows: String, _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await LedgerFixture.with { ledger in
            let superuser = try Connection(url: ledger.testDatabase.superuserURL)
            try superuser.execute("SET session_replication_role = replica; " + rows)
            try superuser.execute("SET TimeZone = 'Asia/Tokyo'")
            let key = "txn_" + transfer
            let sealed = try superuser.query(LedgerSealing.transfers.contents, [key])
            #expect(
                try sealed.map { try $0.read(2, as: String.self) } == [text],
                sourceLocation: sourceLocation)
        }
    }
}
