import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("An account", .tags(.database))
struct AccountTests {
    @Test("is found by any pair of its metadata, by kind, status and currency")
    func search() async throws {
        try await LedgerFixture.with { ledger in
            let ids = [
                try await ledger.openNamed(["order": "7", "region": "eu"]),
                try await ledger.openNamed(["order": "7", "region": "us"]),
                try await ledger.openNamed([:]),
            ]
            #expect(try await ledger.list(["metadata.order": "7"]) == [ids[1], ids[0]])
            #expect(
                try await ledger.list(["metadata.order": "7", "metadata.region": "eu"])
                    == [ids[0]])
            #expect(try await ledger.list(["metadata.order": "8"]).isEmpty)
            #expect(try await ledger.list(["kind": "liability"]).count == 3)
            #expect(try await ledger.list(["kind": "asset"]).isEmpty)
            #expect(try await ledger.list(["currency": "EUR"]).isEmpty)
            #expect(try await ledger.list(["status": "active"]).count == 3)
        }
    }

    @Test(
        "keeps the exponent of its currency",
        arguments: [("JPY", 0), ("USD", 2), ("KWD", 3), ("CLF", 4)])
    func exponents(code: String, exponent: Int) throws {
        #expect(Currency(code)?.exponent == exponent)
    }
}

@Suite("A hold that is posted in part", .tags(.database))
struct RemainderTests {
    @Test("keeps the rest as a hold of its own, to the last cent, unless it is final")
    func remainder() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let first = try await ledger.hold(80, wallet, shop)
            let posted = try await ledger.post(first, #"{"amount": 30, "final": false}"#)
            let second = try #require(posted.remainder)
            #expect(posted.status == "posted" && posted.follows == nil)
            #expect(try await ledger.balance(wallet) == [70, 50])

            let again = try await ledger.post(second, #"{"amount": 20, "final": false}"#)
            #expect(again.follows == first)
            let third = try #require(again.remainder)
            let nothingLeft = await #expect(throws: Problem.self) {
                try await ledger.post(third, #"{"amount": 30, "final": false}"#)
            }
            #expect(nothingLeft?.code == "invalid-entries")
            #expect(try await ledger.post(third, #"{"amount": 10}"#).remainder == nil)
            #expect(try await ledger.balance(wallet) == [40, 0])
            #expect(try await ledger.balance(shop) == [60, 0])
        }
    }

    @Test("whose time comes meanwhile is posted, voided or expired once, whoever comes first")
    func raceWithTime() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 1_000), try await ledger.open())
            let owner = try Connection(url: ledger.testDatabase.superuserURL)
            for milliseconds in 0..<20 {
                let hold = try await ledger.hold(10, wallet, shop)
                try owner.execute(
                    """
                    SET session_replication_role = replica;
                    UPDATE hold
                       SET expires_at = clock_timestamp() + interval '\(milliseconds) ms'
                     WHERE id = '\(hold.uuid)'
                    """)
                let done = try await withThrowingTaskGroup(of: Int.self) { group in
                    for index in 0..<6 {
                        group.addTask {
                            do {
                                switch index % 3 {
                                case 0: _ = try await ledger.post(hold, "{}")
                                case 1: try await ledger.void(hold)
                                default: return try await ExpireHolds.sweep(ledger.database)
                                }
                                return 1
                            } catch let problem as Problem {
                                #expect(["hold-not-open", "hold-expired"].contains(problem.code))
                                return 0
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
                // Several sweeps may find it, and only one of them changes it.
                #expect(done >= 1)
            }
            let resolved = try await ledger.audited().filter {
                ["hold.posted", "hold.voided", "hold.expired"].contains($0)
            }
            #expect(resolved.count == 20)
            let paid = Int64(resolved.count { $0 == "hold.posted" }) * 10
            #expect(try await ledger.balance(wallet) == [1_000 - paid, 0])
            #expect(try await ledger.balance(shop) == [paid, 0])
        }
    }

    @Test("is posted or voided once, whoever comes first")
    func race() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 1_000), try await ledger.open())
            for _ in 0..<10 {
                let hold = try await ledger.hold(10, wallet, shop)
                let done = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for index in 0..<6 {
                        group.addTask {
                            do {
                                if index.isMultiple(of: 2) {
                                    _ = try await ledger.post(hold, "{}")
                                } else {
                                    try await ledger.void(hold)
                                }
                                return true
                            } catch let problem as Problem {
                                #expect(problem.code == "hold-not-open")
                                return false
                            }
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(done == 1)
            }
            let (left, paid) = (
                try await ledger.balance(wallet)[0], try await ledger.balance(shop)[0]
            )
            #expect(left + paid == 1_000)
        }
    }
}

extension LedgerFixture {
    /// A hold as it is answered.
    struct ShownHold: Decodable, Sendable {
        let id: HoldID
        let status: String
        let follows: HoldID?
        let remainder: HoldID?
    }

    private func scope(_ id: String?, _ query: [String: String] = [:]) -> RequestScope {
        RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1",
            parameters: id.map { ["id": $0] } ?? [:], query: query)
    }

    fileprivate func openNamed(_ metadata: [String: String]) async throws -> AccountID {
        let request = OpenAccount(
            kind: .liability, currency: Fixture.usd, name: try ShortText("Named", field: "name"),
            overdraftLimit: nil, metadata: try Metadata(metadata))
        let scope = scope
        return try await database.transaction { tx in
            _ = try request.handle(scope, tx)
            return AccountID(try tx.query(TestQueries.lastAccount)[0].read(0))
        }
    }

    fileprivate func list(_ query: [String: String]) async throws -> [AccountID] {
        struct Page: Decodable {
            struct Item: Decodable { let id: AccountID }
            let data: [Item]
        }
        let scope = scope(nil, query)
        let answer = try await database.read { tx in
            try GetAccounts.list(scope, tx).kept(requestID: "req-1")
        }
        return try WireJSON.decode(Page.self, from: answer.body).data.map(\.id)
    }

    fileprivate func hold(
        _ amount: Int64, _ account: AccountID, _ to: AccountID
    ) async throws -> HoldID {
        let request = PlaceHoldRequest(
            account: account, to: to, amount: try Amount(amount), currency: Fixture.usd,
            expiresIn: 3_600)
        let scope = scope
        return try await shown { try request.handle(scope, $0) }.id
    }

    fileprivate func post(_ hold: HoldID, _ body: String) async throws -> ShownHold {
        let request = try WireJSON.decode(PostHoldRequest.self, from: Array(body.utf8))
        let scope = scope(hold.description)
        return try await shown { try request.handle(scope, $0) }
    }

    fileprivate func void(_ hold: HoldID) async throws {
        let scope = scope(hold.description)
        _ = try await shown { try VoidHoldRequest.handle(scope, $0) }
    }

    private func shown(
        _ handler: @escaping @Sendable (borrowing Transaction) throws -> Answer
    ) async throws -> ShownHold {
        let answer = try await database.transaction { tx in
            let answer = try handler(tx)
            if let problem = answer.problem { throw problem }
            return try answer.kept(requestID: "req-1")
        }
        return try WireJSON.decode(ShownHold.self, from: answer.body)
    }
}
