import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Ledger

@Suite("A look-up in time", .tags(.database))
struct LookUpTests {
    /// On an account of 10,000,000 entries (2 cores under load, PostgreSQL 15, warm):
    ///
    ///     EXPLAIN (ANALYZE, BUFFERS) SELECT balance_at(…, '2026-02-11 12:34:56Z', 'known');
    ///     Result  (actual time=0.405..0.405 rows=1 loops=1)
    ///       Buffers: shared hit=128
    ///     Execution Time: 0.411 ms
    ///     EXPLAIN (ANALYZE, BUFFERS) SELECT balance_at(…, '2026-02-11 12:34:56Z', 'effective');
    ///     Result  (actual time=0.636..0.636 rows=1 loops=1)
    ///       Buffers: shared hit=131
    ///     Execution Time: 0.643 ms
    ///
    /// and 500 of them in one statement take 0.49 and 0.57 ms each.
    @Test("reads a few pages of an account's thousands", arguments: TimeAxis.allCases)
    func pages(axis: TimeAxis) async throws {
        try await LedgerFixture.with { ledger in
            let owner = try Connection(url: ledger.testDatabase.superuserURL)
            try owner.execute(Self.longAccount)
            let explain = """
                EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
                SELECT balance_at('01901600-0000-7000-8000-00000000aaaa',
                                  timestamptz '2026-01-01Z' + interval '12345.5 s', '\(axis.rawValue)')
                """
            // The first one of a session reads the catalogue as well.
            try owner.query(explain)
            let plan = try owner.query(explain)[0].read(0, as: [UInt8].self)
            let read = try #require(
                try JSONDecoder().decode([Explained].self, from: Data(plan)).first?.plan)
            #expect(read.hit + read.read < 150, "20,000 entries are more than 300 pages")

            let balance: Int64 = try owner.query(
                """
                SELECT balance_at('01901600-0000-7000-8000-00000000aaaa',
                                  timestamptz '2026-01-01Z' + interval '12345.5 s', 'known')
                """)[0].read(0)
            #expect(balance == 12_345)
        }
    }

    private struct Explained: Decodable {
        struct Plan: Decodable {
            let hit: Int
            let read: Int
            enum CodingKeys: String, CodingKey {
                case hit = "Shared Hit Blocks"
                case read = "Shared Read Blocks"
            }
        }
        let plan: Plan
        enum CodingKeys: String, CodingKey { case plan = "Plan" }
    }

    /// One entry a second, behind the triggers' backs: an account begins empty.
    private static let longAccount = """
        SET session_replication_role = replica;
        INSERT INTO account (id, tenant, kind, currency, name, posted, version)
        VALUES ('01901600-0000-7000-8000-00000000aaaa', 'long', 'liability', 'USD', 'Long', 20000,
                20000);
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after, created_at, effective_at, chain_at)
        SELECT '01901600-0000-7000-8000-00000000aaaa', second, 'long', gen_random_uuid(), 1,
               'credit', 1, 'USD', second, at, at, at
        FROM generate_series(1, 20000) AS second,
             LATERAL (SELECT timestamptz '2026-01-01Z' + second * interval '1 s' AS at) AS time;
        ANALYZE entry;
        """
}
