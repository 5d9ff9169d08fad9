import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("A batch of transfers", .tags(.database))
struct TransferBatchTests {
    @Test("of mode each posts what may be posted, and says of the rest why not")
    func each() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let answer = try await ledger.batch(
                """
                {"transfers": [\(pay(60, wallet, shop)), \(pay(60, wallet, shop)),
                 \(pay(40, wallet, shop)), \(pay(1, wallet, shop, "EUR"))]}
                """)
            #expect(answer.status == 200)
            #expect(answer.results.map(\.status) == [201, 402, 201, 422])
            #expect(
                answer.results.map(\.problem?.code)
                    == [nil, "insufficient-funds", nil, "currency-mismatch"])
            #expect(answer.results.compactMap(\.transfer?.id).count == 2)
            #expect(try await ledger.balance(wallet) == [0, 0])
            #expect(try await ledger.balance(shop) == [100, 0])
        }
    }

    @Test("of mode atomic posts all, or says of the first that it cannot why not, and posts none")
    func atomic() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let refused = try await ledger.batch(
                """
                {"mode": "atomic", "transfers": [\(pay(60, wallet, shop)),
                 \(pay(60, wallet, shop))]}
                """)
            #expect(refused.status == 402)
            #expect(refused.problem?.code == "insufficient-funds")
            #expect(refused.problem?.field == "transfers[1]")
            #expect(try await ledger.balance(wallet) == [100, 0])

            let posted = try await ledger.batch(
                """
                {"mode": "atomic", "transfers": [\(pay(60, wallet, shop)),
                 \(pay(40, wallet, shop))]}
                """)
            #expect(posted.status == 201)
            #expect(posted.results.map(\.status) == [201, 201])
            #expect(try await ledger.balance(shop) == [100, 0])
        }
    }

    @Test("repeats nothing that was done under an item's key, there or as a request of its own")
    func itemKeys() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let item = pay(10, wallet, shop, key: "one")
            let first = try await ledger.batch(#"{"transfers": [\#(item)]}"#)
            let again = try await ledger.batch(
                #"{"transfers": [\#(item), \#(pay(5, wallet, shop, key: "one")), \#(item)]}"#)
            #expect(first.results[0].replayed == false)
            #expect(again.results[0].replayed == true)
            #expect(again.results[0].transfer?.id == first.results[0].transfer?.id)
            #expect(again.results[1].problem?.code == "idempotency-key-reused")
            #expect(again.results[2].replayed == true)
            let reused = try await ledger.batch(
                #"{"transfers": [\#(pay(5, wallet, shop, key: "one"))]}"#)
            #expect(reused.results[0].problem?.code == "idempotency-key-reused")

            let alone = try await ledger.alone(pay(10, wallet, shop), key: "one")
            #expect(alone.isReplayed)
            #expect(alone.id == first.results[0].transfer?.id)
            #expect(try await ledger.balance(shop) == [10, 0])
        }
    }

    @Test("says of those that were posted only their ids, if that is asked for")
    func ids() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let keyed = pay(10, wallet, shop, key: "one")
            let items = [pay(20, wallet, shop), pay(500, wallet, shop), keyed]
            let answer = try await ledger.batch(
                #"{"answer": "ids", "transfers": [\#(items.joined(separator: ","))]}"#)
            #expect(answer.results.map(\.status) == [201, 402, 201])
            #expect(answer.results[1].problem?.code == "insufficient-funds")
            #expect(answer.results.compactMap(\.transfer?.id).isEmpty)
            let ids = answer.results.compactMap(\.id)
            #expect(
                try await ledger.texts(TestQueries.transferIDs).suffix(2) == ids.map(\.description))

            let whole = try await ledger.batch(#"{"transfers": [\#(keyed)]}"#)
            #expect(whole.results[0].replayed)
            #expect(whole.results[0].transfer?.id == ids.last)
            let again = try await ledger.batch(#"{"answer": "ids", "transfers": [\#(keyed)]}"#)
            #expect(again.results[0].replayed)
            #expect(again.results[0].id == ids.last)

            let atomic = try await ledger.batch(
                """
                {"mode": "atomic", "answer": "ids", "transfers": [\(pay(1, wallet, shop))]}
                """)
            #expect(atomic.status == 201)
            #expect(atomic.results.map { $0.id == nil } == [false])
            #expect(try await ledger.balance(shop) == [31, 0])
        }
    }

    @Test("and a transfer of several currencies balance in each of them")
    func currencies() async throws {
        try await LedgerFixture.with { ledger in
            let wallets = [
                try await ledger.open(balance: 100), try await ledger.open(),
                try await ledger.open(.asset, currency: Fixture.eur),
                try await ledger.open(currency: Fixture.eur),
            ]
            let exchange = { (euros: Int) in
                """
                {"entries": [
                 {"account": "\(wallets[0])", "side": "debit", "amount": 100, "currency": "USD"},
                 {"account": "\(wallets[1])", "side": "credit", "amount": 100, "currency": "USD"},
                 {"account": "\(wallets[2])", "side": "debit", "amount": 92, "currency": "EUR"},
                 {"account": "\(wallets[3])", "side": "credit", "amount": \(euros),
                  "currency": "EUR"}]}
                """
            }
            let answer = try await ledger.batch(
                #"{"transfers": [\#(exchange(91)), \#(exchange(92))]}"#)
            #expect(answer.results.map(\.status) == [422, 201])
            #expect(answer.results[0].problem?.code == "unbalanced-transfer")
            #expect(try await ledger.balance(wallets[3]) == [92, 0])
        }
    }

    @Test("of more than are written at once goes on with accounts that it has moved already")
    func strides() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 600), try await ledger.open())
            let late = try await ledger.open()
            let items = (0..<600).map { pay(1, wallet, $0 < 400 ? shop : late) }
            let answer = try await ledger.batch(
                #"{"transfers": [\#(items.joined(separator: ","))]}"#)
            #expect(answer.results.allSatisfy { $0.status == 201 })
            #expect(try await ledger.balance(wallet) == [0, 0])
            #expect(try await ledger.balance(shop) == [400, 0])
            #expect(try await ledger.balance(late) == [200, 0])
        }
    }

    @Test("opens no account to another tenant, not even beside the account's owner")
    func tenants() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let request = try JSONBody.decode(
                PostTransfer.self, from: Array(pay(40, wallet, shop).utf8))
            let scopes = [Fixture.tenant, "other"].map {
                RequestScope(tenant: $0, actor: "tester", requestID: "req-1")
            }
            let codes = try await ledger.database.transaction { tx in
                try PostTransfers(limits: EffectiveLimits())
                    .handle(scopes.map { (request, $0) }, tx).map(\.problem?.code)
            }
            #expect(codes == [nil, "account-unknown"])
            #expect(try await ledger.balance(shop) == [40, 0])
        }
    }

    @Test("has 1 to 1,000 transfers, and rehearses none")
    func limits() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 2_000), try await ledger.open())
            let many = { (count: Int) in
                let items = repeatElement(pay(1, wallet, shop), count: count)
                return #"{"mode": "atomic", "transfers": [\#(items.joined(separator: ","))]}"#
            }
            #expect(try await ledger.batch(many(0)).status == 400)
            #expect(try await ledger.batch(many(1_001)).status == 400)
            #expect(try await ledger.batch(many(1_000)).status == 201)
            #expect(try await ledger.balance(shop) == [1_000, 0])
            let dry = try await ledger.batch(
                #"{"transfers": [{"entries": [], "dry_run": true}]}"#)
            #expect(dry.problem?.field == "transfers[0].dry_run")
        }
    }

    /// A transfer as JSON.
    private func pay(
        _ amount: Int, _ from: AccountID, _ to: AccountID, _ currency: String = "USD",
        key: String? = nil
    ) -> String {
        let key = key.map { #", "idempotency_key": "\#($0)""# } ?? ""
        return """
            {"currency": "\(currency)", "entries": [
             {"account": "\(from)", "side": "debit", "amount": \(amount)},
             {"account": "\(to)", "side": "credit", "amount": \(amount)}]\(key)}
            """
    }
}

extension LedgerFixture {
    /// The answer to a batch.
    fileprivate struct BatchAnswer: Sendable {
        struct Body: Decodable { let results: [Item] }
        struct Item: Decodable, Sendable {
            struct Named: Decodable, Sendable { let id: TransferID }
            struct Refused: Decodable, Sendable { let code: String }
            let status: Int
            let replayed: Bool
            let transfer: Named?
            let id: TransferID?
            let problem: Refused?
        }

        let status: Int
        var problem: Problem?
        var results: [Item] = []
    }

    fileprivate func batch(_ body: String) async throws -> BatchAnswer {
        let request = try JSONBody.decode(PostTransferBatch.self, from: Array(body.utf8))
        let scope = scope
        do {
            let answer = try await database.transaction { tx in
                try request.handle(PostTransfers(limits: EffectiveLimits()), scope, tx)
            }
            if let problem = answer.problem {
                return BatchAnswer(status: problem.status, problem: problem)
            }
            let kept = try answer.kept(requestID: "req-1")
            let body = try WireJSON.decode(BatchAnswer.Body.self, from: kept.body)
            return BatchAnswer(status: kept.status, results: body.results)
        } catch let problem as Problem {
            return BatchAnswer(status: problem.status, problem: problem)
        }
    }

    /// The same transfer as a request of its own, through the gathering of the route.
    fileprivate func alone(
        _ body: String, key: String
    ) async throws -> (id: TransferID?, isReplayed: Bool) {
        struct Named: Decodable { let id: TransferID }
        let request = try JSONBody.decode(PostTransfer.self, from: Array(body.utf8))
        let post = PostTransfers(limits: EffectiveLimits())
        let gathering = Gathering(
            database: database, operation: LedgerRoutes.postTransfer, limits: GatheringLimits(),
            handler: post.handle)
        let outcome = try await gathering.perform(
            Gathering.Request(
                once: IdempotentRequest(
                    tenant: scope.tenant, operation: LedgerRoutes.postTransfer, key: key,
                    hash: try IdempotentRequest.hash(of: request, at: LedgerRoutes.transfersPath)),
                input: request, scope: scope))
        guard case .answered(let kept, let isReplayed) = outcome else { return (nil, false) }
        return (try WireJSON.decode(Named.self, from: kept.body).id, isReplayed)
    }
}
