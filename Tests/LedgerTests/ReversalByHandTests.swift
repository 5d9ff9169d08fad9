import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger

@Suite("A reversal written by hand", .tags(.database))
struct ReversalByHandTests {
    private static let giveBack = Statement(
        """
        WITH moved AS (
            UPDATE account
               SET version = version + 1, recorded_at = now(), chain_at = now(),
                   posted = posted + CASE id WHEN $1::uuid THEN $3::int8 ELSE -$3::int8 END
             WHERE id IN ($1::uuid, $2::uuid)
            RETURNING *
        ), made AS (
            INSERT INTO transfer (id, tenant, reverses)
            SELECT '00000000-0000-7000-8000-000000000001', tenant, id
              FROM transfer
             WHERE id = $4::uuid
        )
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001',
               2 * version + CASE id WHEN $1::uuid THEN 0 ELSE 1 END,
               CASE id WHEN $1::uuid THEN 'credit' ELSE 'debit' END, $3::int8, currency, posted
          FROM moved
        """)
    private static let giveMoreBack = Statement(
        """
        WITH moved AS (
            UPDATE account
               SET version = version + 1, recorded_at = now(), chain_at = now(),
                   posted = posted + CASE id WHEN $1::uuid THEN $3::int8 ELSE -$3::int8 END
             WHERE id IN ($1::uuid, $2::uuid)
            RETURNING *
        )
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001',
               2 * version + CASE id WHEN $1::uuid THEN 0 ELSE 1 END,
               CASE id WHEN $1::uuid THEN 'credit' ELSE 'debit' END, $3::int8, currency, posted
          FROM moved
        """)

    private struct Abandoned: Error {}

    @Test("of too much fails")
    func byHand() async throws {
        try await LedgerFixture.with { ledger in
            let one = try await ledger.open(balance: 100)
            let two = try await ledger.open(balance: 1_000)
            let transfer = try await ledger.transfer((.debit, one, 60), (.credit, two, 60))
            var draft = TransferDraft(
                id: TransferID(),
                lines: [
                    Line(account: two, side: .debit, amount: Money(61, Fixture.usd)),
                    Line(account: one, side: .credit, amount: Money(61, Fixture.usd)),
                ])
            draft.reverses = transfer
            let tooMuch = draft
            let error = await #expect(throws: PostgresError.self) {
                try await ledger.change {
                    $0.name(one, of: Fixture.tenant)
                    $0.name(two, of: Fixture.tenant)
                } decide: { book throws(LedgerRefusal) in
                    try book.post(tooMuch, for: Fixture.cause)
                }
            }
            #expect(error?.constraint == "transfer_reversed_within")
        }
    }

    @Test("cannot grow too large once it was found to be within")
    func grownByHand() async throws {
        try await LedgerFixture.with { ledger in
            let one = try await ledger.open(balance: 100)
            let two = try await ledger.open(balance: 1_000)
            let transfer = try await ledger.transfer((.debit, one, 60), (.credit, two, 60))
            @Sendable func grow(by amount: Int64) async throws {
                try await ledger.database.transaction { tx in
                    try tx.query(Self.giveBack, one.uuid, two.uuid, Int64(40), transfer.uuid)
                    try tx.query(Self.giveMoreBack, one.uuid, two.uuid, amount)
                    throw Abandoned()
                }
            }
            await #expect(throws: Abandoned.self) { try await grow(by: 20) }
            let error = await #expect(throws: PostgresError.self) { try await grow(by: 21) }
            #expect(error?.constraint == "transfer_reversed_within")
        }
    }
}
