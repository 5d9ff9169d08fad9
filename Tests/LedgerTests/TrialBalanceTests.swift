import Contracts
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("A trial balance", .tags(.database))
struct TrialBalanceTests {
    @Test("of any moment is zero, on either axis, and shows what stood then")
    func moments() async throws {
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            try await ledger.post(500, from: bank, to: wallet)
            let first = try await ledger.balance(wallet, .known).at
            let yesterday = Date().addingTimeInterval(-86_400)
            try await ledger.post(40, from: bank, to: wallet, effectiveAt: yesterday)

            let known = try await ledger.trialBalance([
                "at": RFC3339.format(first), "axis": "known",
            ])
            #expect(known.debits == 500 && known.difference == 0)
            let effective = try await ledger.trialBalance(["at": RFC3339.format(yesterday)])
            #expect(effective.debits == 40 && effective.difference == 0)
            let now = try await ledger.trialBalance([:])
            #expect(now.debits == 540 && now.difference == 0)
        }
    }

    @Test("counts what will take effect until then, also where later entries take it back")
    func ahead() async throws {
        try await LedgerFixture.with { ledger in
            let (one, two) = (try await ledger.open(.asset), try await ledger.open(.asset))
            let wallet = try await ledger.open()
            let day = { (days: Double) in Date().addingTimeInterval(days * 86_400) }
            try await ledger.post(100, from: one, to: wallet, effectiveAt: day(10))
            try await ledger.post(100, from: two, to: one, effectiveAt: day(20))

            let between = try await ledger.trialBalance(["at": RFC3339.format(day(15))])
            #expect(between.debits == 100 && between.difference == 0)
            #expect(try await ledger.balance(one, at: day(15), .effective) == 100)
        }
    }

    @Test("is not of a moment to come, where it is of what is known")
    func future() async throws {
        try await LedgerFixture.with { ledger in
            let later = RFC3339.format(Date().addingTimeInterval(60))
            let problem = await #expect(throws: Problem.self) {
                _ = try await ledger.trialBalance(["at": later, "axis": "known"])
            }
            #expect(problem?.status == 400)
        }
    }

    @Test("of just now waits for what is being recorded")
    func settled() async throws {
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            try await ledger.post(500, from: bank, to: wallet)
            let watcher = try Connection(url: ledger.testDatabase.superuserURL)
            let writer = try Connection(url: ledger.testDatabase.superuserURL)
            try writer.execute("BEGIN; UPDATE account SET name = name")
            let now = RFC3339.format(Date())
            async let asked = ledger.trialBalance(["at": now, "axis": "known"])
            try await eventually("the trial balance waits") {
                let waiting = try watcher.query(
                    """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND state = 'active'
                       AND query LIKE '%await_writers()%' AND pid <> pg_backend_pid()
                    """)
                return try waiting[0].read(0, as: Int64.self) == 1
            }
            try writer.execute("COMMIT")
            #expect(try await asked.debits == 500)
        }
    }

    /// An asset account and others that together are more than one account can be.
    @Test(
        "is refused where balances sum to more than can be counted",
        arguments: ["asset", "expense"])
    func overflow(kind: String) async throws {
        try await LedgerFixture.with { ledger in
            let owner = try Connection(url: ledger.testDatabase.superuserURL)
            try owner.execute(
                """
                SET session_replication_role = replica;
                INSERT INTO account (id, tenant, kind, currency, name, posted, version)
                SELECT gen_random_uuid(), '\(Fixture.tenant)', kind, 'USD', kind, 5e18, 1
                  FROM unnest(ARRAY['asset', '\(kind)', 'liability', 'equity']) AS kind;
                """)
            let code = try await ledger.trialBalanceRefusal()
            #expect(code == "balance-overflow")
        }
    }
}
