import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("The terms of an account", .tags(.database))
struct AccountUpdateTests {
    @Test("are name, limit and metadata, and no limit below what is used of it")
    func update() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(limit: 50), try await ledger.open())
            try await ledger.transfer((.debit, wallet, 40), (.credit, shop, 40))
            let low = try await ledger.update(wallet, #"{"overdraft_limit": 39}"#)
            #expect(low.status == 409 && low.text.contains("limit-in-use"))
            let changed = try await ledger.update(
                wallet, #"{"overdraft_limit": 40, "name": "Rent", "metadata": {"a": "b"}}"#)
            #expect(changed.status == 200)
            for part in [#""overdraft_limit":40"#, #""name":"Rent""#, #""metadata":{"a":"b"}"#] {
                #expect(changed.text.contains(part))
            }
            let kept = try await ledger.update(wallet, "{}")
            #expect(kept.text.contains(#""name":"Rent""#))
            #expect(try await ledger.update(AccountID(), "{}").status == 404)
            #expect(try await ledger.update(wallet, #"{"overdraft_limit": -1}"#).status == 400)
        }
    }

    @Test("stand in the audit trail before and after, those that are others now, and in no event")
    func audited() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(limit: 50)
            for body in [
                #"{"overdraft_limit": 40, "name": "Rent", "metadata": {"a": "b"}}"#,
                #"{"overdraft_limit": 40, "metadata": {"c": "d"}}"#, "{}",
            ] {
                #expect(try await ledger.update(wallet, body).status == 200)
            }

            let lines = try await ledger.termsTold(of: wallet)
            #expect(lines.map(\.change) == ["updated", "updated", "updated"])
            #expect(lines.allSatisfy { $0.account == wallet })
            #expect(
                lines.map(\.changes) == [
                    .init(
                        name: .init(before: "An account", after: "Rent"),
                        overdraftLimit: .init(before: 50, after: 40),
                        metadata: .init(before: [:], after: ["a": "b"])),
                    .init(metadata: .init(before: ["a": "b"], after: ["c": "d"])),
                    .init(),
                ])
            let told = try await ledger.texts(
                Statement(
                    """
                    SELECT convert_from(payload, 'UTF8') FROM outbox
                     WHERE type = 'ledger.account-changed.v1'
                     ORDER BY position
                    """))
            #expect(
                told.suffix(3).allSatisfy {
                    $0 == #"{"account":"\#(wallet)","change":"updated","currency":"USD","#
                        + #""kind":"liability"}"#
                })
        }
    }

    @Test("that many change at once pass from each to the next without a gap")
    func crowd() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 1...4 {
                    group.addTask {
                        for turn in 1...5 {
                            let body = #"{"overdraft_limit": \#(writer * 10 + turn)}"#
                            let answer = try await ledger.update(wallet, body)
                            #expect(answer.status == 200)
                        }
                    }
                }
                try await group.waitForAll()
            }
            // The trail is in the order of transactions, which is not that of the locks.
            let limits = try await ledger.termsTold(of: wallet).compactMap(\.changes.overdraftLimit)
            let next = Dictionary(uniqueKeysWithValues: limits.map { ($0.before, $0.after) })
            var path: [Int64] = [0]
            while let limit = next[path[path.count - 1]], path.count <= 20 { path.append(limit) }
            #expect(path.count == 21)
            #expect(Set(path).count == 21)
        }
    }
}

extension LedgerFixture {
    /// Oldest first.
    fileprivate func termsTold(of account: AccountID) async throws -> [TermsTold] {
        let filter = AuditListing.Filter(
            tenant: Fixture.tenant, subject: account.description, actor: nil,
            action: "account.updated")
        return try await database.read { tx in
            try AuditListing(kinds: SealedLedger.kinds).lines(
                filter, below: nil, limit: 1_000, tx
            ).reversed().map { line in
                try WireJSON.decode(from: try WireJSON.encode(line.detail))
            }
        }
    }

    fileprivate func update(
        _ account: AccountID, _ body: String
    ) async throws -> (status: Int, text: String) {
        let scope = RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1",
            parameters: ["id": account.description])
        do {
            let request = try JSONBody.decode(UpdateAccount.self, from: Array(body.utf8))
            let answer = try await database.transaction { tx in
                try request.handle(scope, tx).kept(requestID: "req-1")
            }
            return (answer.status, String(decoding: answer.body, as: UTF8.self))
        } catch let problem as Problem {
            return (problem.status, problem.code)
        }
    }
}
