import LocalStack
import TestSupport
import Testing

extension Conversation {
    /// What billing registers, what payments and refunds come to, and what is written about them.
    func speakOfMoney() async throws {
        let market = try await Market.open(on: stack, currency: "EUR", withFeePlan: false)
        try await speakOfBilling(market)

        let paid = try await pay(market, ["reference": "order-1"], wait: true)
        #expect(paid.status == 201)
        _ = try await pay(market, ["destination": .string(market.payer)])
        // Hold and invoice are asked for at once, and each is a reason to refuse.
        let failed = try await pay(market, ["amount": 99_999_999], wait: true)
        let reasons = ["insufficient-funds", "credit-limit-exceeded"]
        #expect(reasons.contains(failed.body["failure"]["code"].string ?? ""))
        let id = try id(paid)
        let refund = try await post(
            .payment, "/v1/payments/\(id)/refunds", ["amount": 400, "reason": "wet"],
            headers: ["Prefer": "wait=20"])
        _ = try await post(.payment, "/v1/payments/\(id)/refunds", ["amount": 1])
        _ = try await post(.payment, "/v1/payments/\(id)/refunds", ["amount": 100_000])
        _ = try await post(.payment, "/v1/payments/\(try self.id(failed))/refunds")
        _ = try await post(.payment, "/v1/payments/\(id)/cancel")
        for path in [
            "payments", "payments/\(id)", "payments?status=failed", "payments?reference=order-1",
            "payments/\(id)/refunds", "refunds", "refunds?status=succeeded",
            "refunds/\(try self.id(refund))", "sagas", "sagas?state=succeeded&limit=1",
        ] {
            _ = try await get(.payment, "/v1/" + path)
        }
        for path in ["invoices", "invoices?payment=\(id)", "credit-notes?payment=\(id)"] {
            _ = try await get(.billing, "/v1/" + path)
        }
        let note = try await get(.billing, "/v1/credit-notes").body["data"].elements[0]
        _ = try await get(.billing, "/v1/credit-notes/\(note["id"].string ?? "")")
        let invoice = try await get(.billing, "/v1/invoices").body["data"].elements[0]
        _ = try await get(.billing, "/v1/invoices/\(invoice["id"].string ?? "")")
    }

    private func speakOfBilling(_ market: Market) async throws {
        let plan: JSON = ["currency": "EUR", "percent_bp": 290, "fixed": 30, "tax_bp": 2_000]
        _ = try await post(.billing, "/v1/fee-plans", plan)
        _ = try await post(
            .billing, "/v1/fee-plans",
            ["currency": "XXX", "percent_bp": 0, "fixed": 0, "tax_bp": 0])
        _ = try await get(.billing, "/v1/fee-plans")
        let customer: JSON = [
            "account": .string(market.payer), "name": "Ada", "credit_limit": 100_000,
        ]
        let id = try id(try await post(.billing, "/v1/customers", customer))
        _ = try await post(.billing, "/v1/customers", customer)
        for verb in ["suspend", "reactivate"] {
            _ = try await post(.billing, "/v1/customers/\(id)/\(verb)")
        }
        for path in ["customers", "customers/\(id)"] { _ = try await get(.billing, "/v1/" + path) }
    }

    func pay(
        _ market: Market, _ changes: [String: JSON] = [:], wait: Bool = false
    ) async throws -> APIClient.Answer {
        try await post(
            .payment, "/v1/payments", market.order(1_050, changes),
            headers: wait ? ["Prefer": "wait=20"] : [:])
    }

    /// Sagas that an operator, or a client, turns round while the ledger says nothing, and that
    /// wait for a person once nobody answers any more.
    func speakOfSagas() async throws {
        let market = try await Market.open(on: stack, currency: "GBP")
        await stack.freeze("ledger")
        let cancelled = try await id(pay(market))
        #expect(try await post(.payment, "/v1/payments/\(cancelled)/cancel").status == 202)
        let other = try await id(pay(market))
        let saga = try await saga(of: other)
        _ = try await get(.payment, "/v1/sagas/\(saga)")
        _ = try await post(.payment, "/v1/sagas/\(saga)/retry")
        _ = try await post(.payment, "/v1/sagas/\(saga)/compensate", ["reason": "a test"])
        _ = try await post(.payment, "/v1/sagas/\(saga)/compensate")
        let third = try await id(pay(market))
        async let ended = post(
            .payment, "/v1/payments/\(third)/cancel", ["reason": "changed my mind"],
            headers: ["Prefer": "wait=30"])
        let thirdSaga = try await self.saga(of: third)
        try await eventually("the saga turned round") {
            let shown = try await get(.payment, "/v1/sagas/\(thirdSaga)")
            return shown.body["state"].string == "compensating"
        }
        await stack.thaw("ledger")
        #expect(try await ended.status == 201)
        try await speakOfDespair(market)
    }

    private func speakOfDespair(_ market: Market) async throws {
        try await stack.restart(
            "payment", changing: ["SAGA_TIMEOUT_MS": "20", "SAGA_ATTEMPTS": "2"])
        await stack.freeze("ledger")
        let payment = try await id(pay(market))
        let saga = try await saga(of: payment)
        try await eventually("the saga gave up") {
            let shown = try await get(.payment, "/v1/sagas/\(saga)")
            return shown.body["state"].string == "needs-intervention"
        }
        await stack.thaw("ledger")
        try await stack.restart(
            "payment", changing: ["SAGA_TIMEOUT_MS": nil, "SAGA_ATTEMPTS": nil])
        _ = try await post(.payment, "/v1/sagas/\(saga)/retry")
        try await eventually("the payment failed") {
            let shown = try await get(.payment, "/v1/payments/\(payment)")
            return shown.body["failure"]["code"].string == "no-answer"
        }
        _ = try await post(.payment, "/v1/sagas/\(saga)/compensate")
    }

    private func saga(of payment: String) async throws -> String {
        let sagas = try await get(.payment, "/v1/sagas?limit=100").successful()["data"].elements
        return try #require(sagas.first { $0["subject"].string == payment }?["id"].string)
    }
}
