import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A field that there is not")
    struct UnknownFieldTests {
        @Test("is no refund of everything: a misspelt amount gives nothing back")
        func refund() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(1000).successful()
                let id = payment["id"].string ?? ""
                let path = "/v1/payments/\(id)/refunds"
                let key = UUID().uuidString
                let refused = try await stack.payment.post(path, ["amout": 5], idempotencyKey: key)
                expect(refused, toName: "amout", meaning: "amount")
                let shown = try await stack.payment.get("/v1/payments/\(id)").successful()
                #expect(shown["amount_refunded"].integer == 0)
                #expect(try await stack.payment.get(path).successful()["data"] == [])

                let mended = try await stack.payment.post(
                    path, ["amount": 5], idempotencyKey: key, headers: ["Prefer": "wait=20"])
                #expect(mended.status == 201, "the key is free")
                #expect(mended.body["amount"].integer == 5)
            }
        }

        @Test("in one transfer of a batch refuses the batch, and nothing of it is posted")
        func batch() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack, funds: 0)
                func batch(ofAmountsCalled names: [String]) -> JSON {
                    let transfers = names.map { name in
                        let credited: [String: JSON] = [
                            "account": .string(market.payer), "side": "credit", name: 7,
                        ]
                        return [
                            "currency": "USD",
                            "entries": [
                                ["account": .string(market.bank), "side": "debit", "amount": 7],
                                .object(credited),
                            ],
                        ] as JSON
                    }
                    return ["mode": "each", "transfers": .array(transfers)]
                }
                let path = "/v1/transfers/batch"
                let key = UUID().uuidString
                let refused = try await stack.ledger.post(
                    path, batch(ofAmountsCalled: ["amount", "amuont"]), idempotencyKey: key)
                expect(refused, toName: "transfers[1].entries[1].amuont", meaning: "amount")
                #expect(try await market.balance(of: market.payer) == .settled(0))

                let mended = try await stack.ledger.post(
                    path, batch(ofAmountsCalled: ["amount", "amount"]), idempotencyKey: key)
                #expect(mended.status == 200, "the key is free")
                #expect(try await market.balance(of: market.payer) == .settled(14))
            }
        }

        @Test("makes no customer without the limit that was meant")
        func customer() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack, funds: 0)
                func customer(_ limit: String) -> JSON {
                    .object(["account": .string(market.payer), "name": "Ada", limit: 100])
                }
                let key = UUID().uuidString
                let refused = try await stack.billing.post(
                    "/v1/customers", customer("creditLimit"), idempotencyKey: key)
                expect(refused, toName: "creditLimit", meaning: "credit_limit")

                // An account has one customer at most, and this key one request.
                let mended = try await stack.billing.post(
                    "/v1/customers", customer("credit_limit"), idempotencyKey: key)
                #expect(mended.status == 201, "\(mended.body)")
                #expect(mended.body["credit_limit"].integer == 100)
            }
        }

        private func expect(
            _ answer: APIClient.Answer, toName field: String, meaning name: String
        ) {
            #expect(answer.status == 400)
            #expect(answer.body["code"].string == "unknown-field")
            #expect(answer.body["field"].string == field)
            #expect(
                answer.body["detail"].string == "There is no such member. Did you mean '\(name)'?")
        }
    }
}
