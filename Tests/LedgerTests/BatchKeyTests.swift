import Contracts
import Dispatch
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("The key of a transfer in a batch", .tags(.database))
struct BatchKeyTests {
    private struct Body: Decodable {
        struct Item: Decodable {
            let status: Int
            let replayed: Bool
        }
        let results: [Item]
    }

    @Test("is left for the corrected transfer by one that was malformed, and used by any other")
    func corrected() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let entries = { (amount: Int) in
                """
                [{"account": "\(wallet)", "side": "debit", "amount": \(amount)},
                 {"account": "\(shop)", "side": "credit", "amount": \(amount)}]
                """
            }
            let malformed = try await post(
                #"{"entries": \#(entries(60)), "idempotency_key": "k1"}"#, on: ledger)
            #expect(malformed == ["400"], "it names no currency")
            let corrected =
                #"{"currency": "USD", "entries": \#(entries(60)), "idempotency_key": "k1"}"#
            #expect(try await post(corrected, on: ledger) == ["201"])
            #expect(try await post(corrected, on: ledger) == ["201 replayed"])

            let tooMuch =
                #"{"currency": "USD", "entries": \#(entries(60)), "idempotency_key": "k2"}"#
            #expect(try await post(tooMuch, on: ledger) == ["402"])
            #expect(try await post(tooMuch, on: ledger) == ["402 replayed"])
            #expect(try await ledger.balance(shop) == [60, 0])
        }
    }

    @Test("that another request is using puts the whole batch off, and nothing of it is kept")
    func inUse() async throws {
        try await LedgerFixture.with { ledger in
            let (wallet, shop) = (try await ledger.open(balance: 100), try await ledger.open())
            let item = """
                {"currency": "USD", "idempotency_key": "k1",
                 "entries": [{"account": "\(wallet)", "side": "debit", "amount": 60},
                             {"account": "\(shop)", "side": "credit", "amount": 60}]}
                """
            let keys = try KeyedRequests(
                operation: LedgerRoutes.postTransfer,
                requests: [
                    .init(
                        tenant: Fixture.tenant, key: "k1", input: ["any": "thing"],
                        path: LedgerRoutes.transfersPath, field: "key")
                ])
            let (taken, key) = AsyncStream<Void>.makeStream()
            let mayEnd = DispatchSemaphore(value: 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { key.finish() }
                    try await ledger.database.transaction { tx in
                        _ = try keys.admit(in: tx)
                        key.finish()
                        mayEnd.wait()
                    }
                }
                for await _ in taken {}
                let problem = await #expect(throws: Problem.self) {
                    try await post(item, on: ledger)
                }
                #expect(problem?.code == "idempotency-in-progress")
                mayEnd.signal()
                try await group.waitForAll()
            }
            #expect(try await post(item, on: ledger) == ["201"])
        }
    }

    private func post(_ item: String, on ledger: LedgerFixture) async throws -> [String] {
        let request = try JSONBody.decode(
            PostTransferBatch.self, from: Array(#"{"transfers": [\#(item)]}"#.utf8))
        let scope = ledger.scope
        let answer = try await ledger.database.transaction { tx in
            try request.handle(PostTransfers(limits: EffectiveLimits()), scope, tx)
        }
        let kept = try answer.kept(requestID: "req-1")
        return try WireJSON.decode(Body.self, from: kept.body).results.map {
            "\($0.status)" + ($0.replayed ? " replayed" : "")
        }
    }
}
