import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A refund")
    struct RefundFlowTests {
        @Test("gives everything back, fee and tax too, and shows every step")
        func whole() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(1050).successful()
                let answer = try await market.refund(payment, ["reason": "Wet books."])
                #expect(answer.status == 201)
                #expect(answer.body["status"].string == "succeeded")
                #expect(answer.body["fee"].integer == 60)
                #expect(answer.body["tax"].integer == 12)
                let done = answer.body["timeline"].elements
                    .filter { $0["status"].string == "done" }.map { $0["step"].string }
                #expect(done == ["open-credit-note", "reverse-transfer", "settle-credit-note"])

                #expect(try await market.balance(of: market.payer) == .settled(1_000_000))
                #expect(try await market.balance(of: market.payee) == .settled(0))
                let id = payment["id"].string ?? ""
                let shown = try await stack.payment.get("/v1/payments/\(id)").successful()
                #expect(shown["amount_refunded"].integer == 1050)
                let notes = try await stack.billing.get("/v1/credit-notes?payment=\(id)")
                    .successful()["data"].elements
                #expect(notes.map { $0["status"].string } == ["settled"])
                let transfer = shown["transfer"].string ?? ""
                let original = try await stack.ledger.get("/v1/transfers/\(transfer)").successful()
                let reversals = original["reversals"].elements.map(\.string)
                #expect(reversals == [answer.body["transfer"].string])
            }
        }

        @Test("in parts goes to the last cent, and no further")
        func parts() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(1000).successful()
                for amount in [333, 333, 333] as [Int64] {
                    let part = try await market.refund(payment, ["amount": .integer(amount)])
                    #expect(part.body["status"].string == "succeeded")
                }
                let excess = try await market.refund(payment, ["amount": 2])
                #expect(excess.status == 422)
                #expect(excess.body["code"].string == "refund-exceeds-payment")
                #expect(try await market.refund(payment).body["amount"].integer == 1)
                #expect(try await market.balance(of: market.payer) == .settled(1_000_000))
                #expect(try await market.balance(of: market.payee) == .settled(0))
            }
        }

        @Test("of the whole, a hundred times at once, is accepted once")
        func hundred() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(5000).successful()
                let place = "/v1/payments/\(payment["id"].string ?? "")/refunds"
                let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            try await stack.payment.post(place, ["amount": 5000]).status
                        }
                    }
                    return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(answers == [202: 1, 422: 99])
                try await eventually("the refund succeeded") {
                    let refunds = try await stack.payment.get(place).successful()["data"].elements
                    return refunds.map { $0["status"].string } == ["succeeded"]
                }
            }
        }

        @Test("is one, however often the same key asks for it")
        func sameKey() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(1000).successful()
                let place = "/v1/payments/\(payment["id"].string ?? "")/refunds"
                let key = UUID().uuidString
                let first = try await stack.payment.post(
                    place, ["amount": 400], idempotencyKey: key)
                let again = try await stack.payment.post(
                    place, ["amount": 400], idempotencyKey: key)
                #expect(first.status == 202)
                #expect(again.bytes == first.bytes)
                #expect(again.headers["idempotent-replayed"] == "true")
                let other = try await stack.payment.post(
                    place, ["amount": 401], idempotencyKey: key)
                #expect(other.body["code"].string == "idempotency-key-reused")
                let refunds = try await stack.payment.get(place).successful()["data"].elements
                #expect(refunds.map { $0["amount"].integer } == [400])
            }
        }

        @Test(
            "of what is no amount is 400, and nothing is given back",
            arguments: ["10.5", "1e3", "-1", "0", "\"400\"", "100000000000000", "[400]"])
        func noAmount(amount: String) async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(1000).successful()
                let place = "/v1/payments/\(payment["id"].string ?? "")/refunds"
                let answer = try await stack.payment.send(
                    method: "POST", place, body: Array("{\"amount\": \(amount)}".utf8),
                    headers: [
                        "Content-Type": "application/json", "Idempotency-Key": UUID().uuidString,
                    ])
                #expect(answer.status == 400, "\(answer.body)")
                #expect(try await stack.payment.get(place).successful()["data"].elements.isEmpty)
            }
        }

        @Test("that the payee cannot pay fails, and its credit note is void")
        func poorPayee() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = try await market.pay(1000).successful()
                let elsewhere = try await market.openWallet("Elsewhere")
                try await market.move(900, from: market.payee, to: elsewhere)
                let refund = try await market.refund(payment)
                #expect(refund.body["status"].string == "failed")
                #expect(refund.body["failure"]["code"].string == "insufficient-funds")
                #expect(refund.body["failure"]["step"].string == "reverse-transfer")
                let id = payment["id"].string ?? ""
                let notes = try await stack.billing.get("/v1/credit-notes?payment=\(id)")
                    .successful()["data"].elements
                #expect(notes.map { $0["status"].string } == ["voided"])
                #expect(
                    try await stack.payment.get("/v1/payments/\(id)")
                        .successful()["amount_refunded"].integer == 0)
            }
        }

        @Test("of a payment that failed, or of nobody's, is refused")
        func notRefundable() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let failed = try await market.pay(99_999_999).successful()
                #expect(try await market.refund(failed).body["code"].string == "payment-failed")
                let nobody = "/v1/payments/pay_0190163d-8694-739b-aea5-966c26f8ad01/refunds"
                #expect(try await stack.payment.post(nobody, [:]).status == 404)
            }
        }
    }
}
