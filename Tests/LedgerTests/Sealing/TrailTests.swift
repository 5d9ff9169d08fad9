import Audit
import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("Transfers in the audit trail", .tags(.database))
struct TrailTests {
    @Test("transfers stand among the trail's own lines, newest first, page by page")
    func list() async throws {
        try await SealedLedger.with { ledger in
            let whole = try await lines(ledger, limit: 1_000)
            #expect(
                whole.map(\.action)
                    == Array(repeating: "transfer.posted", count: 6)
                    + Array(repeating: "account.opened", count: 2))
            #expect(whole.map(\.leaf) == [7, 6, 5, 4, 3, 2, 1, 0])
            #expect(whole.first?.actor == Fixture.cause.actor)
            #expect(whole.first?.requestID == Fixture.cause.requestID)

            for limit in 1...4 {
                var paged: [String] = []
                var cursor: AuditListing.Cursor?
                repeat {
                    let page = try await lines(ledger, below: cursor, limit: limit)
                    paged += page.map(\.cursor)
                    cursor = page.last.flatMap { listing.cursor($0.cursor) }
                } while cursor != nil
                #expect(paged == whole.map(\.cursor), "\(limit) a page")
            }
        }
    }

    @Test("a page that ends within a transaction goes on within it, whatever kind comes next")
    func withinTransaction() async throws {
        try await LedgerFixture.with { ledger in
            let payer = try await ledger.open(balance: 1_000)
            let payee = try await ledger.open()
            let hold = Hold(
                id: HoldID(), tenant: Fixture.tenant, account: payer, to: payee,
                amount: Money(400, Fixture.usd), payment: nil, saga: nil)
            try await ledger.change { named in
                for account in [payer, payee] { named.name(account, of: Fixture.tenant) }
            } decide: { book throws(LedgerRefusal) in
                try book.place(hold, for: Fixture.cause)
                let posting = HoldPosting(
                    hold: hold.id, transfer: TransferID(), to: payee, amount: hold.amount)
                try book.post(posting, for: Fixture.cause)
            }
            let sealed = SealedLedger(
                fixture: ledger,
                key: try AuditSigningKey(name: "a", seed: AuditSigningKey.makeSeed()))
            let whole = try await lines(sealed, limit: 1_000)
            #expect(whole.count > 6)
            for start in whole.indices {
                let rest = try await lines(
                    sealed, below: listing.cursor(whole[start].cursor), limit: 1_000)
                #expect(rest.map(\.cursor) == whole[(start + 1)...].map(\.cursor))
            }
        }
    }

    @Test("they are found by what they are, by who posted them and by what was done")
    func filters() async throws {
        try await SealedLedger.with { ledger in
            let newest = try #require(try await lines(ledger, limit: 1).first)
            #expect(
                try await lines(ledger, subject: newest.subject).map(\.cursor) == [newest.cursor])
            #expect(try await lines(ledger, actor: newest.actor, limit: 100).count >= 6)
            #expect(try await lines(ledger, actor: "nobody").isEmpty)
            #expect(try await lines(ledger, action: "transfer.posted", limit: 100).count == 6)
            #expect(try await lines(ledger, action: "transfer.reversed").isEmpty)
            #expect(try await lines(ledger, subject: "txn_x").isEmpty)
        }
    }

    @Test("a transfer from before it told who posted it still says what was sealed of it")
    func sealedBefore() async throws {
        try await SealedLedger.with { ledger in
            try await ledger.tamper(
                """
                ALTER TABLE transfer DROP CONSTRAINT transfer_tells_who;
                UPDATE transfer SET actor = NULL, request_id = NULL, reference = E'a "\\n' || id,
                                    metadata = '{"b": "c", "a": "\\u00e9"}', payment = id
                """)
            let keys = try await ledger.keys()
            let now = try await ledger.fixture.database.read { tx in
                try LedgerSealing.transfers.leaves(keys, tx).mapValues(\.content)
            }
            #expect(now.count == 6)
            #expect(now == (try await ledger.asBefore()))
        }
    }

    private let listing = AuditListing(kinds: SealedLedger.kinds)

    private func lines(
        _ ledger: SealedLedger, subject: String? = nil, actor: String? = nil,
        action: String? = nil, below cursor: AuditListing.Cursor? = nil, limit: Int = 10
    ) async throws -> [AuditLine] {
        let filter = AuditListing.Filter(
            tenant: Fixture.tenant, subject: subject, actor: actor, action: action)
        return try await ledger.fixture.database.read { [listing] tx in
            try listing.lines(filter, below: cursor, limit: limit, tx)
        }
    }
}

extension SealedLedger {
    /// The transfers' keys.
    fileprivate func keys() async throws -> [String] {
        try Connection(url: fixture.testDatabase.superuserURL).query(
            "SELECT 'txn_' || id FROM transfer ORDER BY id"
        ).map { try $0.read(0) }
    }

    /// What transfers say, as the ledger's first version sealed them.
    fileprivate func asBefore() async throws -> [String: String] {
        let rows = try Connection(url: fixture.testDatabase.superuserURL).query(
            """
            SELECT 'txn_' || id, json_build_object(
                       'tenant', tenant, 'reference', reference, 'payment', payment, 'saga', saga,
                       'hold', hold, 'reverses', reverses, 'xid', xid::text,
                       'effective_at', effective_at AT TIME ZONE 'UTC', 'metadata', metadata,
                       'entries', (
                           SELECT json_agg(
                                      json_build_object(
                                          'line', line, 'tenant', entry.tenant,
                                          'account', account, 'version', version, 'side', side,
                                          'amount', amount, 'currency', currency,
                                          'balance_after', balance_after,
                                          'created_at', entry.created_at AT TIME ZONE 'UTC',
                                          'effective_at', entry.effective_at AT TIME ZONE 'UTC',
                                          'chain_at', chain_at AT TIME ZONE 'UTC',
                                          'displaced', displaced)
                                      ORDER BY line)
                             FROM entry
                            WHERE entry.transfer = transfer.id))::text
              FROM transfer
            """)
        return try Dictionary(
            uniqueKeysWithValues: rows.map { (try $0.read(0), try $0.read(1, as: String.self)) })
    }
}
