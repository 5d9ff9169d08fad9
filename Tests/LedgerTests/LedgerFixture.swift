import Contracts
import FoundationEssentials
import Logging
import Money
import Outbox
import Postgres
import TestSupport

@testable import Ledger
@testable import ServiceHost

/// A ledger's database of its own, and short words for asking it things as the service would.
struct LedgerFixture {
    let testDatabase: TestDatabase
    let database: Database
    let scope = RequestScope(tenant: Fixture.tenant, actor: "tester", requestID: "req-1")

    /// `clock`: what its database takes for the time.
    static func with(
        clock: TestClock? = nil, _ body: (LedgerFixture) async throws -> Void
    ) async throws {
        let testDatabase = try await TestDatabase.make(LedgerCommand.migrations, clock: clock)
        let fixture = LedgerFixture(
            testDatabase: testDatabase,
            database: try Database(
                .init(url: testDatabase.url), logger: Logger(label: "ledger-tests")))
        do {
            try await body(fixture)
            try await fixture.expectSoundBooks()
        } catch {
            await fixture.database.close()
            try? await testDatabase.drop()
            throw error
        }
        await fixture.database.close()
        try await testDatabase.drop()
    }

    /// Opens an account, and funds it from an asset account if it is to have a balance.
    func open(
        _ kind: AccountKind = .liability, balance: Int64 = 0, limit: Int64 = 0,
        currency: Currency = Fixture.usd
    ) async throws -> AccountID {
        let scope = scope
        let request = OpenAccount(
            kind: kind, currency: currency, name: try ShortText("An account", field: "name"),
            overdraftLimit: limit, metadata: nil)
        let id = try await database.transaction { tx in
            _ = try request.handle(scope, tx)
            return AccountID(try tx.query(TestQueries.lastAccount)[0].read(0))
        }
        if balance > 0 {
            let bank = try await open(.asset)
            try await transfer((.debit, bank, balance), (.credit, id, balance))
        }
        return id
    }

    /// Posts a transfer. Throws `LedgerRefusal`.
    @discardableResult
    func transfer(_ lines: (Side, AccountID, Int64)...) async throws -> TransferID {
        let draft = TransferDraft(
            id: TransferID(),
            lines: lines.map {
                Line(account: $0.1, side: $0.0, amount: Money($0.2, Fixture.usd))
            })
        try await change { named in
            for line in draft.lines { named.name(line.account, of: Fixture.tenant) }
        } decide: { book throws(LedgerRefusal) in
            try book.post(draft, for: Fixture.cause)
        }
        return draft.id
    }

    /// Loads, decides, records. Throws `LedgerRefusal`.
    func change(
        naming name: @escaping @Sendable (inout WorkingSet) -> Void,
        decide: @escaping @Sendable (inout Book) throws(LedgerRefusal) -> Void
    ) async throws {
        try await database.transaction { tx in
            var named = WorkingSet()
            name(&named)
            var book = try Book.load(named, in: tx)
            try decide(&book)
            try book.record(in: tx)
        }
    }

    /// The balance as stored: posted and held.
    func balance(_ account: AccountID) async throws -> [Int64] {
        try await database.read { tx in
            let row = try tx.query(TestQueries.balance, account.uuid)[0]
            return [try row.read(0), try row.read(1)]
        }
    }

    /// Runs statements as the service's own login, in one transaction.
    func write(_ statements: Statement...) async throws {
        try await database.transaction { tx in
            for statement in statements { try tx.query(statement) }
        }
    }

    /// What was done, as the audit trail tells it, oldest first.
    func audited() async throws -> [String] {
        let everything = AuditListing.Filter(
            tenant: Fixture.tenant, subject: nil, actor: nil, action: nil)
        let lines = try await database.read { tx in
            try AuditListing(kinds: SealedLedger.kinds).lines(
                everything, below: nil, limit: 1_000, tx)
        }
        return lines.reversed().map(\.action)
    }

    func count(_ statement: Statement) async throws -> Int {
        try await database.read { tx in try tx.query(statement)[0].read(0) }
    }

    /// What the constraints cannot say: that what is held is what the open holds sum to.
    private func expectSoundBooks() async throws {
        let wrong = try await count(TestQueries.wrongHeld)
        guard wrong == 0 else { throw UnsoundBooks(accounts: wrong) }
    }

    struct UnsoundBooks: Error { let accounts: Int }
}

enum TestQueries {
    static let lastAccount = Statement("SELECT id FROM account ORDER BY id DESC LIMIT 1")
    static let balance = Statement("SELECT posted, held FROM account WHERE id = $1")
    static let wrongHeld = Statement(
        """
        SELECT count(*)
          FROM account
         WHERE held <> (SELECT coalesce(sum(amount), 0) FROM hold
                         WHERE hold.account = account.id AND hold.status = 'open')
        """)
    static let replies = Statement(
        "SELECT type, payload FROM outbox WHERE topic = 'payment.replies.v1' ORDER BY position")
    static let events = Statement(
        "SELECT type FROM outbox WHERE topic = 'ledger.events.v1' ORDER BY position")
    static let transferIDs = Statement("SELECT 'txn_' || id FROM transfer ORDER BY id")
    static let transfers = Statement("SELECT count(*) FROM transfer")
    static let reversals = Statement(
        "SELECT id FROM transfer WHERE reverses IS NOT NULL ORDER BY id")
    static let openHolds = Statement("SELECT count(*) FROM hold WHERE status = 'open'")
    static let operatorAccounts = Statement("SELECT count(*) FROM account WHERE role IS NOT NULL")
}
