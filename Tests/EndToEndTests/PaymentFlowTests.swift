import FoundationEssentials
import LocalStack
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A payment")
    struct PaymentFlowTests {
        @Test("moves the amount less fee and tax, and shows every step")
        func succeeds() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let answer = try await market.pay(1050, ["reference": "order-1"])

                #expect(answer.status == 201)
                #expect(answer.headers["preference-applied"] == "wait=20")
                let payment = answer.body
                #expect(payment["status"].string == "succeeded")
                #expect(payment["reference"].string == "order-1")
                #expect(payment["amount_refunded"].integer == 0)
                // 2.90 % of 10.50 is 0.3045, half-even 0.30; and 0.30; 20 % tax on 0.60.
                #expect(payment["fee"].integer == 60)
                #expect(payment["tax"].integer == 12)
                #expect(try await market.balance(of: market.payer) == .settled(998_950))
                #expect(try await market.balance(of: market.payee) == .settled(978))

                let done = payment["timeline"].elements
                    .filter { $0["status"].string == "done" }.map { $0["step"].string }
                #expect(Set(done.prefix(2)) == ["place-hold", "open-invoice"])
                #expect(done.suffix(2) == ["post-hold", "settle-invoice"])
            }
        }

        @Test("is settled with an invoice whose number follows the one before")
        func invoice() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                var numbers: [Int64] = []
                for _ in 0..<2 {
                    let id = try await market.pay(2000).successful()["id"].string ?? ""
                    let invoices = try await stack.billing.get("/v1/invoices?payment=\(id)")
                        .successful()["data"].elements
                    let invoice = try #require(invoices.first)
                    #expect(invoices.count == 1)
                    #expect(invoice["status"].string == "settled")
                    // A fee of 0.88 and 20 % tax on it.
                    #expect(invoice["total"].integer == 106)
                    let lines = invoice["lines"].elements.compactMap { $0["amount"].integer }
                    #expect(lines.reduce(0, +) == 106)
                    numbers.append(try #require(invoice["number"].integer))
                }
                #expect(numbers[1] == numbers[0] + 1)
            }
        }

        @Test("that does not wait is answered 202 with its place, and ends all the same")
        func asynchronous() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let answer = try await stack.payment.post("/v1/payments", market.order(500))
                #expect(answer.status == 202)
                #expect(answer.body["status"].string == "processing")
                let place = try #require(answer.headers["location"])
                try await eventually("the payment succeeded") {
                    try await stack.payment.get(place).body["status"].string == "succeeded"
                }
            }
        }

        @Test("is found by status and by reference, page by page")
        func list() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let reference = "list-\(UUID().uuidString)"
                for _ in 0..<3 {
                    _ = try await market.pay(100, ["reference": .string(reference)]).successful()
                }
                let base = "/v1/payments?status=succeeded&reference=\(reference)&limit=2"
                let first = try await stack.payment.get(base).successful()
                #expect(first["data"].elements.count == 2)
                let cursor = try #require(first["next_cursor"].string)
                let second = try await stack.payment.get("\(base)&cursor=\(cursor)").successful()
                #expect(second["data"].elements.count == 1)
                #expect(second["next_cursor"].string == nil)
            }
        }

        @Test("belongs to its tenant alone")
        func tenants() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let id = try await market.pay(100).successful()["id"].string ?? ""
                var stranger = stack.payment
                stranger.token = try await stack.token(tenant: "stranger")
                #expect(try await stranger.get("/v1/payments/\(id)").status == 404)
                #expect(try await stranger.get("/v1/payments").body["data"].elements.isEmpty)
            }
        }

        @Test("carries its caller's trace through every service")
        func trace() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let trace = UUID().uuidString.replacing("-", with: "").lowercased()
                let answer = try await stack.payment.post(
                    "/v1/payments", market.order(700),
                    headers: [
                        "Prefer": "wait=20", "traceparent": "00-\(trace)-00f067aa0ba902b7-01",
                    ])
                #expect(try answer.successful()["status"].string == "succeeded")

                let databases = [
                    (stack.environment.paymentDatabase, "ledger.place-hold.v1"),
                    (stack.environment.ledgerDatabase, "ledger.place-hold.v1.reply"),
                    (stack.environment.billingDatabase, "billing.settle-invoice.v1.reply"),
                ]
                for (url, type) in databases {
                    let rows = try Connection(url: url).query(
                        """
                        SELECT 1 FROM outbox
                        WHERE type = $1 AND headers ->> 'traceparent' LIKE '00-' || $2 || '-%'
                        """, type, trace)
                    #expect(rows.count == 1, "\(type) does not carry the trace")
                }
            }
        }
    }
}
