import Contracts
import Logging
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger

@Suite("A statement written by hand, with the service's own login", .tags(.database))
struct BadStatementTests {
    /// What is tried, and how Postgres names the refusal: a constraint, or a lack of rights.
    struct Attempt: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let statements: [Statement]
        let constraint: String?

        init(_ testDescription: String, stoppedBy constraint: String?, _ statements: Statement...) {
            self.testDescription = testDescription
            self.constraint = constraint
            self.statements = statements
        }
    }

    /// Moves the bank's balance, with the transfer and without its other side.
    private static let oneSided = Statement(
        """
        WITH moved AS (
            UPDATE account
               SET posted = posted + 7, version = version + 1, recorded_at = now(),
                   chain_at = now()
             WHERE kind = 'asset'
            RETURNING *
        ), made AS (
            INSERT INTO transfer (id, tenant)
            VALUES ('00000000-0000-7000-8000-000000000001', 'acme')
        )
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001', 0, 'debit', 7,
               currency, posted
          FROM moved
        """)
    private static let loneEntry = Statement(
        """
        WITH moved AS (
            UPDATE account
               SET posted = posted + 7, version = version + 1, recorded_at = now(),
                   chain_at = now()
             WHERE kind = 'asset'
            RETURNING *
        )
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001', 0, 'debit', 7,
               currency, posted
          FROM moved
        """)
    private static let bothSides = Statement(
        """
        WITH moved AS (
            UPDATE account
               SET posted = posted + 7, version = version + 1, recorded_at = now(),
                   chain_at = now()
             WHERE kind IN ('asset', 'liability')
            RETURNING *
        ), made AS (
            INSERT INTO transfer (id, tenant)
            VALUES ('00000000-0000-7000-8000-000000000001', 'acme')
        )
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001',
               row_number() OVER (ORDER BY kind),
               CASE kind WHEN 'asset' THEN 'debit' ELSE 'credit' END, 7, currency, posted
          FROM moved
        """)

    static let attempts: [Attempt] = [
        Attempt(
            "cannot record a transfer without entries", stoppedBy: "transfer_balanced",
            Statement(
                """
                INSERT INTO transfer (id, tenant)
                VALUES ('00000000-0000-7000-8000-000000000001', 'acme')
                """)),
        Attempt(
            "cannot record a transfer that does not balance", stoppedBy: "transfer_balanced",
            oneSided),
        Attempt(
            "cannot add an entry once its transfer was found to balance",
            stoppedBy: "transfer_balanced",
            bothSides, loneEntry),
        Attempt(
            "cannot record an entry without a transfer", stoppedBy: "entry_chained",
            loneEntry),
        Attempt(
            "cannot add an entry to a transfer of before", stoppedBy: "entry_chained",
            Statement(
                """
                WITH moved AS (
                    UPDATE account
                       SET posted = posted + 7, version = version + 1, recorded_at = now(),
                           chain_at = now()
                     WHERE kind = 'asset'
                    RETURNING *
                )
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount,
                                   currency, balance_after)
                SELECT moved.id, moved.version, moved.tenant, transfer.id, 9, 'debit', 7,
                       moved.currency, moved.posted
                  FROM moved, transfer
                 LIMIT 1
                """)),
        Attempt(
            "cannot record an entry before the one before it", stoppedBy: "entry_chained",
            Statement(
                """
                WITH moved AS (
                    UPDATE account
                       SET posted = posted + 7, version = version + 1, recorded_at = now(),
                           chain_at = now() - interval '1 day'
                     WHERE kind IN ('asset', 'liability')
                    RETURNING *
                ), made AS (
                    INSERT INTO transfer (id, tenant, created_at, effective_at)
                    VALUES ('00000000-0000-7000-8000-000000000001', 'acme',
                            now() - interval '1 day', now() - interval '1 day')
                )
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount,
                                   currency, balance_after, created_at, effective_at, chain_at)
                SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001',
                       row_number() OVER (ORDER BY kind),
                       CASE kind WHEN 'asset' THEN 'debit' ELSE 'credit' END, 7, currency, posted,
                       now() - interval '1 day', now() - interval '1 day', now() - interval '1 day'
                  FROM moved
                """)),
        Attempt(
            "cannot date an entry back without displacing it", stoppedBy: "entry_chained",
            Statement(
                """
                WITH moved AS (
                    UPDATE account
                       SET posted = posted + 7, version = version + 1, recorded_at = now(),
                           chain_at = now() - interval '1 day'
                     WHERE kind IN ('asset', 'liability')
                    RETURNING *
                ), made AS (
                    INSERT INTO transfer (id, tenant, created_at, effective_at)
                    VALUES ('00000000-0000-7000-8000-000000000001', 'acme',
                            now(), now() - interval '1 day')
                )
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount,
                                   currency, balance_after, created_at, effective_at, chain_at)
                SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001',
                       row_number() OVER (ORDER BY kind),
                       CASE kind WHEN 'asset' THEN 'debit' ELSE 'credit' END, 7, currency, posted,
                       now(), now() - interval '1 day', now() - interval '1 day'
                  FROM moved
                """)),
        Attempt(
            "cannot record an entry in the future", stoppedBy: "entry_chained",
            Statement(
                """
                WITH moved AS (
                    UPDATE account
                       SET posted = posted + 7, version = version + 1, recorded_at = now() + interval '1 day',
                           chain_at = now()
                     WHERE kind IN ('asset', 'liability')
                    RETURNING *
                ), made AS (
                    INSERT INTO transfer (id, tenant, created_at, effective_at)
                    VALUES ('00000000-0000-7000-8000-000000000001', 'acme',
                            now() + interval '1 day', now())
                )
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount,
                                   currency, balance_after, created_at, effective_at, chain_at)
                SELECT id, version, tenant, '00000000-0000-7000-8000-000000000001',
                       row_number() OVER (ORDER BY kind),
                       CASE kind WHEN 'asset' THEN 'debit' ELSE 'credit' END, 7, currency, posted,
                       now() + interval '1 day', now(), now()
                  FROM moved
                """)),
        Attempt(
            "cannot write sums of displaced entries", stoppedBy: nil,
            Statement("UPDATE displacement SET amount = 1")),
        Attempt(
            "cannot move a balance without an entry", stoppedBy: "account_matches_entries",
            Statement("UPDATE account SET posted = posted + 1 WHERE kind = 'liability'")),
        Attempt(
            "cannot skip a version", stoppedBy: "account_matches_entries",
            Statement("UPDATE account SET version = version + 1 WHERE kind = 'liability'")),
        Attempt(
            "cannot set an account's clock back", stoppedBy: "account_matches_entries",
            Statement("UPDATE account SET recorded_at = '1900-01-02' WHERE kind = 'liability'")),
        Attempt(
            "cannot overdraw an account", stoppedBy: "account_within_limit",
            Statement("UPDATE account SET posted = -1 WHERE kind = 'liability'")),
        Attempt(
            "cannot hold more than there is", stoppedBy: "account_within_limit",
            Statement("UPDATE account SET held = posted + 1 WHERE kind = 'liability'")),
        Attempt(
            "cannot open an account with a balance", stoppedBy: "account_opened_empty",
            Statement(
                """
                INSERT INTO account (id, tenant, kind, currency, name, posted, version)
                VALUES ('00000000-0000-7000-8000-000000000002', 'acme', 'liability', 'USD', 'Me',
                        1000, 1)
                """)),
        Attempt(
            "cannot take back a limit that is used", stoppedBy: "account_within_limit",
            Statement("UPDATE account SET overdraft_limit = 0 WHERE kind = 'equity'")),
        Attempt("cannot edit an entry", stoppedBy: nil, Statement("UPDATE entry SET amount = 1")),
        Attempt("cannot delete entries", stoppedBy: nil, Statement("DELETE FROM entry")),
        Attempt("cannot empty the entries", stoppedBy: nil, Statement("TRUNCATE entry")),
        Attempt(
            "cannot edit a transfer", stoppedBy: nil,
            Statement("UPDATE transfer SET reference = 'x'")),
        Attempt("cannot delete an account", stoppedBy: nil, Statement("DELETE FROM account")),
        Attempt(
            "cannot open a voided hold again", stoppedBy: "hold_resolved_once",
            Statement("UPDATE hold SET status = 'open', resolved_at = NULL")),
        Attempt(
            "cannot make a hold that is resolved already", stoppedBy: "hold_resolved_once",
            Statement(
                """
                INSERT INTO hold (id, tenant, account, amount, currency, status, resolved_at)
                SELECT '00000000-0000-7000-8000-000000000003', tenant, id, 1, currency, 'voided',
                       now()
                  FROM account
                 WHERE kind = 'liability'
                """)),
    ]

    @Test("fails, at the latest when it is committed", arguments: attempts)
    func fails(_ attempt: Attempt) async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 100)
            let overdrawn = try await ledger.open(.equity, limit: 10)
            let income = try await ledger.open(.revenue)
            try await ledger.transfer((.debit, overdrawn, 10), (.credit, income, 10))
            let hold = Hold(
                id: HoldID(), tenant: Fixture.tenant, account: wallet, to: nil,
                amount: Money(1, Fixture.usd), payment: nil, saga: nil)
            try await ledger.change {
                $0.name(wallet, of: Fixture.tenant)
            } decide: {
                book throws(LedgerRefusal) in
                try book.place(hold, for: Fixture.cause)
                try book.void(hold.id, for: Fixture.cause)
            }
            let statements = attempt.statements
            let error = await #expect(throws: PostgresError.self) {
                try await ledger.database.transaction { tx in
                    for statement in statements { try tx.query(statement) }
                }
            }
            #expect(error?.constraint == attempt.constraint)
            if attempt.constraint == nil { #expect(error?.code == .insufficientPrivilege) }
            #expect(try await ledger.balance(wallet) == [100, 0])
        }
    }

    @Test("cannot change an entry even as the owner of the table")
    func ownerIsRefused() async throws {
        try await LedgerFixture.with { ledger in
            _ = try await ledger.open(balance: 100)
            let owner = try Database(
                .init(url: ledger.testDatabase.ownerURL), logger: Logger(label: "owner"))
            for statement in [
                Statement("UPDATE entry SET amount = 1"), Statement("DELETE FROM transfer"),
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await owner.transaction { tx in try tx.query(statement) }
                }
                #expect(error?.code == .raisedException)
            }
            await owner.close()
        }
    }
}
