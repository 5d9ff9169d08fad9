import Contracts
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

/// `postAll` is a batch that names them all; `before` stands for one that came before it, and
/// `small` for a request that names a few.
@Suite("Accounts of a large request", .tags(.database))
struct LockedAccountsTests {
    private static let count = 600
    private static let transfers = count / 2

    @Test("are locked, but for those that are not there")
    func unknown() async throws {
        try await Self.with { ledger in
            let known = try await Self.postAll(ledger)
            let asWell = try await Self.postAll(ledger, and: Self.transfer(Self.id(1), AccountID()))
            #expect([known, asWell] == [Self.transfers, Self.transfers])
        }
    }

    @Test("are locked as far as they are free, while the one before it has the others")
    func ahead() async throws {
        try await Self.with { ledger in
            let before = try Connection(url: ledger.testDatabase.url)
            try before.execute("BEGIN")
            try before.query(BookQueries.lockNamed, [Self.id(1).uuid], [Fixture.tenant])
            try before.query(BookQueries.awaitTurn, Fixture.tenant)
            async let posted = Self.postAll(ledger)
            try await Self.until(ledger, waiting: "advisory")
            #expect(try !Self.isFree(2, ledger))
            #expect(try !Self.isFree(Self.count, ledger))
            try before.execute("COMMIT")
            #expect(try await posted == Self.transfers)
        }
    }

    @Test("are given back if a small one has some of them, and waited for in order")
    func inOrder() async throws {
        try await Self.with { ledger in
            let small = try Connection(url: ledger.testDatabase.url)
            try small.execute("BEGIN")
            try small.query(BookQueries.lockNamed, [Self.id(300).uuid], [Fixture.tenant])
            async let posted = Self.postAll(ledger)
            try await Self.until(ledger, waiting: "transactionid")
            #expect(try !Self.isFree(299, ledger))
            #expect(try Self.isFree(301, ledger))
            // It is nobody's turn.
            try small.query(BookQueries.awaitTurn, Fixture.tenant)
            try small.execute("COMMIT")
            #expect(try await posted == Self.transfers)
        }
    }

    @Test("are in nobody's way who has one of them and waits for another")
    func crossed() async throws {
        try await Self.with { ledger in
            let before = try Connection(url: ledger.testDatabase.url)
            let gate = try Connection(url: ledger.testDatabase.url)
            try before.execute("BEGIN")
            try before.query(BookQueries.awaitTurn, Fixture.tenant)
            try gate.execute("BEGIN")
            try gate.query("SELECT pg_advisory_xact_lock(0)")
            async let small = ledger.database.transaction { tx in
                try tx.query(BookQueries.lockNamed, [Self.id(300).uuid], [Fixture.tenant])
                try tx.query(Statement("SELECT pg_advisory_xact_lock(0)"))
                return try tx.query(
                    BookQueries.lockNamed, [Self.id(Self.count).uuid], [Fixture.tenant]
                ).count
            }
            try await Self.until(ledger, waiting: "advisory")
            async let posted = Self.postAll(ledger)
            try await Self.until(ledger, waiting: "advisory", 2)
            try gate.execute("COMMIT")
            try await Self.until(ledger, waiting: "transactionid")
            // Each now has what the other waits for, or will wait for when it is its turn.
            try before.execute("COMMIT")
            #expect(try await small == 1)
            #expect(try await posted == Self.transfers)
        }
    }

    private static func with(_ body: (LedgerFixture) async throws -> Void) async throws {
        try await LedgerFixture.with { ledger in
            let owner = try Connection(url: ledger.testDatabase.superuserURL)
            try owner.query(
                """
                INSERT INTO account (id, tenant, kind, currency, name, overdraft_limit)
                SELECT uuid, $2, 'liability', 'USD', 'One of many', 10
                  FROM unnest($1::uuid[]) AS uuid
                """, (1...count).map { id($0).uuid }, Fixture.tenant)
            try await body(ledger)
        }
    }

    /// The ids are in the order of their numbers.
    private static func id(_ number: Int) -> AccountID {
        let digits = String(number)
        let zeros = String(repeating: "0", count: 12 - digits.count)
        return AccountID("acct_00000000-0000-7000-8000-\(zeros)\(digits)")!
    }

    private static func transfer(_ payer: AccountID, _ payee: AccountID) throws -> PostTransfer {
        let body = """
            {"currency": "USD", "entries": [{"account": "\(payer)", "side": "debit", "amount": 1},
                                            {"account": "\(payee)", "side": "credit", "amount": 1}]}
            """
        return try JSONBody.decode(PostTransfer.self, from: Array(body.utf8))
    }

    /// From each account with an odd number to the one behind it; how many were posted.
    private static func postAll(
        _ ledger: LedgerFixture, and another: PostTransfer? = nil
    ) async throws -> Int {
        var asked = try (0..<transfers).map { try transfer(id(2 * $0 + 1), id(2 * $0 + 2)) }
        if let another { asked.append(another) }
        let requests = asked.map { (input: $0, scope: ledger.scope) }
        return try await ledger.database.transaction { tx in
            try PostTransfers(limits: EffectiveLimits()).handle(requests, tx)
                .count { $0.problem == nil }
        }
    }

    private static func isFree(_ number: Int, _ ledger: LedgerFixture) throws -> Bool {
        try Connection(url: ledger.testDatabase.url).query(
            BookQueries.lockFree, [id(number).uuid], [Fixture.tenant]
        ).count == 1
    }

    /// Returns when so many wait for a lock of that kind.
    private static func until(
        _ ledger: LedgerFixture, waiting kind: String, _ number: Int64 = 1
    ) async throws {
        let observer = try Connection(url: ledger.testDatabase.superuserURL)
        try await eventually("\(number) wait for a lock of kind \(kind)") {
            try observer.query(
                """
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'
                   AND wait_event = $1
                """, kind)[0].read(0) == number
        }
    }
}
