import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("The ledger's HTTP requests", .tags(.database))
struct RequestTests {
    @Test("a dry run answers with the balances, and records nothing")
    func dryRun() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, other) = (try await ledger.open(balance: 100), try await ledger.open())
            let answer = try await ledger.ask(
                try ledger.payment(of: 30, from: wallet, to: other, dryRun: true))
            #expect(answer.status == 200)
            #expect(answer.body.entries?.map(\.balanceAfter) == [70, 30])
            #expect(try await ledger.balance(wallet) == [100, 0])
            #expect(try await ledger.count(TestQueries.transfers) == 1)
        }
    }

    @Test("of transfers with one reference one is posted, however they race")
    func referenceRace() async throws {
        try await LedgerFixture.with { ledger in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    // Accounts of its own for each, so that no lock makes them take turns.
                    let wallet = try await ledger.open(balance: 100)
                    let other = try await ledger.open()
                    let request = try ledger.payment(
                        of: 1, from: wallet, to: other, reference: "order-17")
                    group.addTask { try await ledger.ask(request).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(statuses == [201] + Array(repeating: 409, count: 7))
        }
    }

    @Test("a tenant neither sees nor moves what is another's")
    func tenants() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 100)
            let hold = try await ledger.placeHold(on: wallet, saga: nil)
            let scope = RequestScope(
                tenant: "somebody else", actor: "eve", requestID: "req-2",
                parameters: ["id": wallet.description])
            let theirs = RequestScope(
                tenant: "somebody else", actor: "eve", requestID: "req-3",
                parameters: ["id": hold.description])
            #expect(try await ledger.ask { try GetAccounts.one(scope, $0) }.status == 404)
            #expect(try await ledger.ask { try ListEntries.handle(scope, $0) }.status == 404)
            #expect(try await ledger.ask { try GetHold.handle(theirs, $0) }.status == 404)
            #expect(try await ledger.ask { try VoidHoldRequest.handle(theirs, $0) }.status == 404)
            #expect(
                try await ledger.ask {
                    try ChangeAccount.handle(ChangeAccount.freeze, scope, $0)
                }.status == 404)
            let list = try await ledger.ask { try GetAccounts.list(scope, $0) }
            #expect(list.body.data?.isEmpty == true)
            let request = try ledger.payment(of: 1, from: wallet, to: wallet)
            let refused = try await ledger.ask { try request.handle(scope, $0) }
            #expect(refused.status == 422)
            #expect(refused.body.code == "account-unknown")
        }
    }

    @Test("a payment's hold is resolved by its payment alone")
    func holdOfPayment() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 100)
            let hold = try await ledger.placeHold(on: wallet, saga: SagaID())
            let scope = ledger.scope(of: hold.description)
            let void = try await ledger.ask { try VoidHoldRequest.handle(scope, $0) }
            let post = try await ledger.ask {
                try PostHoldRequest(amount: nil, final: nil).handle(scope, $0)
            }
            for answer in [void, post] {
                #expect(answer.status == 409)
                #expect(answer.body.code == "hold-of-payment")
            }
            #expect(try await ledger.balance(wallet) == [100, 10])
        }
    }

    @Test("a statement runs on from page to page, and the trial balance is zero")
    func statement() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, other) = (try await ledger.open(balance: 100), try await ledger.open())
            for _ in 0..<4 { try await ledger.transfer((.debit, wallet, 5), (.credit, other, 5)) }
            var cursor: String?
            var balances: [Int64?] = []
            repeat {
                let scope = ledger.scope(
                    of: wallet.description,
                    ["limit": "2", "cursor": cursor].compactMapValues { $0 }
                )
                let page = try await ledger.ask { try ListEntries.handle(scope, $0) }
                balances += page.body.data?.map(\.balanceAfter) ?? []
                cursor = page.body.nextCursor
            } while cursor != nil
            #expect(balances == [100, 95, 90, 85, 80])

            let trial = try await ledger.ask { try GetTrialBalance.handle(ledger.scope, $0) }
            #expect(trial.body.data?.map(\.difference) == [0])
        }
    }

    @Test("a time that nobody means is refused")
    func absurdTime() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 100)
            let request = try ledger.payment(
                of: 1, from: wallet, to: wallet, effectiveAt: Date(timeIntervalSince1970: 1e12))
            #expect(try await ledger.ask(request).status == 400)
        }
    }

    @Test("takes effect within ten years before and a year after it is recorded")
    func effectiveLimits() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, other) = (try await ledger.open(balance: 100), try await ledger.open())
            for (days, code) in [
                (-3_659.0, nil), (-3_661, "effective-at-out-of-range"),
                (365, nil), (367, "effective-at-out-of-range"),
            ] {
                let request = try ledger.payment(
                    of: 1, from: wallet, to: other,
                    effectiveAt: Date().addingTimeInterval(days * 86_400))
                #expect(try await ledger.ask(request).body.code == code)
            }
        }
    }

    @Test("of accounts that nobody has is refused for that, whenever it is to take effect")
    func unknownAccounts() async throws {
        try await LedgerFixture.with { ledger in
            let request = try ledger.payment(
                of: 1, from: AccountID(), to: AccountID(), effectiveAt: Date())
            #expect(try await ledger.ask(request).body.code == "account-unknown")
        }
    }
}

extension LedgerFixture {
    /// An answer as it would be sent, with those members of its body that the tests look at.
    struct Sent: Sendable {
        struct Body: Decodable, Sendable {
            var code: String?
            var entries: [Line]?
            var data: [Line]?
            var nextCursor: String?
        }
        struct Line: Decodable, Sendable {
            var balanceAfter: Int64?
            var difference: Int64?
        }

        let status: Int
        let body: Body
    }

    fileprivate func scope(of id: String, _ query: [String: String] = [:]) -> RequestScope {
        RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1", parameters: ["id": id],
            query: query)
    }

    fileprivate func payment(
        of amount: Int64, from: AccountID, to: AccountID, reference: String? = nil,
        dryRun: Bool? = nil, effectiveAt: Date? = nil
    ) throws -> PostTransfer {
        PostTransfer(
            entries: [
                .init(account: from, side: .debit, amount: try Amount(amount)),
                .init(account: to, side: .credit, amount: try Amount(amount)),
            ],
            currency: Fixture.usd,
            reference: try reference.map { try ShortText($0, field: "reference") },
            effectiveAt: effectiveAt, dryRun: dryRun, metadata: nil)
    }

    fileprivate func placeHold(on account: AccountID, saga: SagaID?) async throws -> HoldID {
        let hold = Hold(
            id: HoldID(), tenant: Fixture.tenant, account: account, to: nil,
            amount: Money(10, Fixture.usd), payment: nil, saga: saga)
        try await change {
            $0.name(account, of: Fixture.tenant)
        } decide: {
            book throws(LedgerRefusal) in
            try book.place(hold, for: Fixture.cause)
        }
        return hold.id
    }

    fileprivate func ask(_ request: PostTransfer) async throws -> Sent {
        let scope = scope
        return try await ask { try request.handle(scope, $0) }
    }

    /// Runs a handler in a transaction, and its answer through the host's own encoding.
    fileprivate func ask(
        _ handler: @escaping @Sendable (borrowing Transaction) throws -> Answer
    ) async throws -> Sent {
        do {
            let answer = try await database.transaction { tx in try handler(tx) }
            return try Sent(answer.kept(requestID: "req-1"))
        } catch let problem as Problem {
            return try Sent(KeptAnswer(problem, requestID: "req-1"))
        }
    }
}

extension LedgerFixture.Sent {
    fileprivate init(_ stored: KeptAnswer) throws {
        status = stored.status
        body = try WireJSON.decode(from: stored.body)
    }
}

extension PostTransfer {
    /// Posts it alone.
    fileprivate func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        try PostTransfers(limits: EffectiveLimits()).handle([(self, scope)], tx)[0]
    }
}
