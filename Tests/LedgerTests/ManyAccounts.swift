import Contracts
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

/// Accounts enough for two large requests, with a limit of ten cents each; their ids are in the
/// order of their numbers, which begin at one.
struct ManyAccounts {
    /// What one large request names.
    static let count = 600

    let ledger: LedgerFixture

    static func with(_ body: (ManyAccounts) async throws -> Void) async throws {
        try await LedgerFixture.with { ledger in
            let accounts = ManyAccounts(ledger: ledger)
            try accounts.observer().query(
                """
                INSERT INTO account (id, tenant, kind, currency, name, overdraft_limit)
                SELECT uuid, $2, 'liability', 'USD', 'One of many', 10
                  FROM unnest($1::uuid[]) AS uuid
                """, (1...2 * count).map { id($0).uuid }, Fixture.tenant)
            try await body(accounts)
        }
    }

    static func id(_ number: Int) -> AccountID {
        let digits = String(number)
        let zeros = String(repeating: "0", count: 12 - digits.count)
        return AccountID("acct_00000000-0000-7000-8000-\(zeros)\(digits)")!
    }

    static func transfer(
        _ payer: AccountID, _ payee: AccountID, amount: Int = 1, reference: String? = nil
    ) throws -> PostTransfer {
        let named = reference.map { #""reference": "\#($0)", "# } ?? ""
        let body = """
            {\(named)"currency": "USD",
             "entries": [{"account": "\(payer)", "side": "debit", "amount": \(amount)},
                         {"account": "\(payee)", "side": "credit", "amount": \(amount)}]}
            """
        return try JSONBody.decode(PostTransfer.self, from: Array(body.utf8))
    }

    /// From each account with an odd number to the one behind it.
    static func pairs(_ numbers: ClosedRange<Int> = 1...count) throws -> [PostTransfer] {
        try stride(from: numbers.lowerBound, to: numbers.upperBound, by: 2).map {
            try transfer(id($0), id($0 + 1))
        }
    }

    /// Posts them as one request; the code of each refusal, or `nil`.
    func post(_ transfers: [PostTransfer]) async throws -> [String?] {
        let requests = transfers.map { (input: $0, scope: ledger.scope) }
        return try await ledger.database.transaction { tx in
            try PostTransfers(limits: EffectiveLimits()).handle(requests, tx).map(\.problem?.code)
        }
    }

    /// Somebody who has locked these accounts and goes on until COMMIT.
    func somebody(having numbers: [Int]) throws -> Connection {
        let connection = try Connection(url: ledger.testDatabase.url)
        try connection.execute("BEGIN")
        let ids = numbers.map { Self.id($0).uuid }
        try connection.query(BookQueries.lockNamed, ids, [Fixture.tenant])
        return connection
    }

    /// A large request that has all its accounts and goes on until COMMIT.
    func large(having numbers: [Int]) throws -> Connection {
        let connection = try somebody(having: numbers)
        try connection.query(BookQueries.awaitTurn, Fixture.tenant)
        return connection
    }

    func isFree(_ number: Int) throws -> Bool { try locks(BookQueries.lockFree, number) }

    /// Whether a large request that comes now would lock it.
    func isUnasked(_ number: Int) throws -> Bool { try locks(BookQueries.lockUnasked, number) }

    private func observer() throws -> Connection {
        try Connection(url: ledger.testDatabase.superuserURL)
    }

    private func locks(_ statement: Statement, _ number: Int) throws -> Bool {
        try Connection(url: ledger.testDatabase.url).query(
            statement, [Self.id(number).uuid], [Fixture.tenant]
        ).count == 1
    }

    /// How many have written entries and have not ended.
    func writers() throws -> Int {
        try observer().query(
            """
            SELECT count(DISTINCT pid) FROM pg_locks
             WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND relation = 'entry'::regclass AND mode = 'RowExclusiveLock'
            """)[0].read(0)
    }

    /// When the transfers of an account were recorded, as the how manyth moments of all.
    func moments(of number: Int) throws -> [Int] {
        try observer().query(
            """
            SELECT moment
              FROM (SELECT account, version, dense_rank() OVER (ORDER BY created_at) AS moment
                      FROM entry) AS ranked
             WHERE account = $1 ORDER BY version
            """, Self.id(number).uuid
        ).map { try $0.read(0) }
    }

    /// Returns when so many wait for a lock of that kind.
    func until(waiting kind: String, _ number: Int = 1) async throws {
        let observer = try observer()
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
