import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("An idempotency key")
    struct IdempotencyTests {
        @Test(
            "sent twenty times at once makes one payment and one answer",
            arguments: [
                "wait=20", "respond-async",
            ])
        func race(prefer: String) async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let key = UUID().uuidString
                let answers = try await withThrowingTaskGroup(of: APIClient.Answer.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            try await stack.payment.post(
                                "/v1/payments", market.order(1000), idempotencyKey: key,
                                headers: ["Prefer": prefer])
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let refused = answers.filter { $0.status == 409 }
                let accepted = answers.filter { $0.status != 409 }
                for answer in refused {
                    #expect(answer.body["code"].string == "idempotency-in-progress")
                    #expect(answer.headers["retry-after"] == "1")
                }
                #expect(!accepted.isEmpty)
                #expect(Set(accepted.map(\.bytes)).count == 1)
                #expect(Set(accepted.map(\.status)) == [prefer == "wait=20" ? 201 : 202])

                try await eventually("the payment ended") {
                    try await market.balance(of: market.payer) == .settled(999_000)
                }
                let again = try await stack.payment.post(
                    "/v1/payments", market.order(1000), idempotencyKey: key)
                #expect(again.bytes == accepted[0].bytes)
                #expect(again.headers["idempotent-replayed"] == "true")
            }
        }

        @Test("is refused for another request, and its absence for any")
        func misuse() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let key = UUID().uuidString
                _ = try await market.pay(1000, key: key).successful()
                let other = try await market.pay(1001, key: key)
                #expect(other.status == 422)
                #expect(other.body["code"].string == "idempotency-key-reused")

                let missing = try await stack.payment.send(
                    method: "POST", "/v1/payments", body: Array("{}".utf8),
                    headers: ["Content-Type": "application/json"])
                #expect(missing.status == 400)
                #expect(missing.body["code"].string == "idempotency-key-missing")
            }
        }

        @Test("remembers a refusal as well as a success")
        func refusal() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack, funds: 0)
                let transfer: JSON = [
                    "currency": "USD",
                    "entries": [
                        ["account": .string(market.payer), "side": "debit", "amount": 1],
                        ["account": .string(market.payee), "side": "credit", "amount": 1],
                    ],
                ]
                let key = UUID().uuidString
                let first = try await stack.ledger.post(
                    "/v1/transfers", transfer, idempotencyKey: key)
                #expect(first.status == 402)
                #expect(first.body["code"].string == "insufficient-funds")
                try await market.fund(market.payer, 100)
                let second = try await stack.ledger.post(
                    "/v1/transfers", transfer, idempotencyKey: key)
                #expect(second.bytes == first.bytes)
                #expect(second.headers["idempotent-replayed"] == "true")
            }
        }
    }
}
