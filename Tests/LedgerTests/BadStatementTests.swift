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

    static let attempts: [Attempt] = [
        Attempt(
            "cannot record a transfer", stoppedBy: nil,
            Statement(
                """
                INSERT INTO transfer (id, tenant)
                VALUES ('00000000-0000-7000-8000-000000000001', 'acme')
                """)),
        Attempt(
            "cannot record an entry", stoppedBy: nil,
            Statement(
                """
                INSERT INTO entry (account, version, tenant, transfer, line, side, amount,
                                   currency, balance_after)
                SELECT account, version + 1, tenant, transfer, line + 2, side, amount, currency,
                       balance_after + amount
                  FROM entry
                """)),
        Attempt(
            "cannot write sums of displaced entries", stoppedBy: nil,
            Statement("UPDATE displacement SET amount = 1")),
        Attempt(
            "cannot add an entry to a transfer of before", stoppedBy: "account_matches_entries",
            Statement(
                """
                SELECT post_transfers(
                           ARRAY[id], ARRAY[ctid], ARRAY[tenant], ARRAY[version], ARRAY[posted],
                           ARRAY[chain_at], ARRAY[displaced],
                           ARRAY[version + 1], ARRAY[posted + 7], ARRAY[now()],
                           ARRAY[displaced], ARRAY[held], ARRAY[NULL],
                           '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
                           ARRAY[id], ARRAY[version + 1],
                           ARRAY[(SELECT transfer FROM entry WHERE account = id LIMIT 1)],
                           ARRAY[9::bigint], ARRAY[true], ARRAY[7::bigint],
                           ARRAY[posted + 7], ARRAY[now()], ARRAY[displaced], now())
                  FROM account
                 WHERE kind = 'asset'
                """)),
        Attempt(
            "cannot sum displaced entries again", stoppedBy: nil,
            Statement("SELECT sum_displaced(ARRAY(SELECT id FROM transfer))")),
        Attempt(
            "cannot move a balance", stoppedBy: nil,
            Statement("UPDATE account SET posted = posted + 1 WHERE kind = 'liability'")),
        Attempt(
            "cannot take an account back to an earlier entry", stoppedBy: nil,
            Statement("UPDATE account SET version = version - 1 WHERE kind = 'liability'")),
        Attempt(
            "cannot set an account's clock back", stoppedBy: nil,
            Statement("UPDATE account SET recorded_at = '1900-01-02' WHERE kind = 'liability'")),
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
