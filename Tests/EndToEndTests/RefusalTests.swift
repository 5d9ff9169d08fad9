import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    /// One way for a step to say no.
    struct Refusal: Sendable, CustomStringConvertible {
        let step: String
        let code: String
        var amount: Int64 = 1000
        /// Prepares the world; answers what the order says otherwise than usual.
        var arrange: @Sendable (Market) async throws -> [String: JSON] = { _ in [:] }

        var description: String { "\(step): \(code)" }
    }

    static let refusals = [
        Refusal(step: "place-hold", code: "insufficient-funds", amount: 1_000_001),
        Refusal(step: "place-hold", code: "account-frozen") { market in
            try await market.change(market.payer, "freeze")
            return [:]
        },
        Refusal(step: "place-hold", code: "account-closed") { market in
            let closed = try await market.openWallet("Closed")
            try await market.change(closed, "close")
            return ["source": .string(closed)]
        },
        Refusal(step: "place-hold", code: "account-unknown") { _ in
            ["source": "acct_0190163d-8694-739b-aea5-966c26f8ad91"]
        },
        Refusal(step: "place-hold", code: "currency-mismatch") { market in
            let euros = try await market.openWallet("Euros", currency: "EUR")
            return ["source": .string(euros)]
        },
        Refusal(step: "open-invoice", code: "customer-suspended") { market in
            let customer = try await market.register(market.payer)
            _ = try await market.stack.billing.post("/v1/customers/\(customer)/suspend", [:])
                .successful()
            return ["customer": .string(customer)]
        },
        Refusal(step: "open-invoice", code: "credit-limit-exceeded") { market in
            let customer = try await market.register(market.payer, creditLimit: 999)
            return ["customer": .string(customer)]
        },
        Refusal(step: "open-invoice", code: "customer-unknown") { _ in
            ["customer": "cus_0190163d-8694-739b-aea5-966c26f8ad91"]
        },
        Refusal(step: "open-invoice", code: "fee-exceeds-amount", amount: 5),
        Refusal(step: "post-hold", code: "account-frozen") { market in
            try await market.change(market.payee, "freeze")
            return [:]
        },
        Refusal(step: "post-hold", code: "account-closed") { market in
            try await market.change(market.payee, "close")
            return [:]
        },
        Refusal(step: "post-hold", code: "account-unknown") { _ in
            ["destination": "acct_0190163d-8694-739b-aea5-966c26f8ad91"]
        },
        Refusal(step: "post-hold", code: "currency-mismatch") { market in
            let euros = try await market.openWallet("Euros", currency: "EUR")
            return ["destination": .string(euros)]
        },
    ]

    @Suite("A refused payment")
    struct RefusalTests {
        @Test("is undone completely and says who refused it", arguments: refusals)
        func undone(refusal: Refusal) async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let changes = try await refusal.arrange(market)
                let payment = try await market.pay(refusal.amount, changes).successful()

                #expect(payment["status"].string == "failed")
                #expect(payment["failure"]["step"].string == refusal.step)
                #expect(payment["failure"]["code"].string == refusal.code)
                #expect(try await market.balance(of: market.payer) == .settled(1_000_000))
                #expect(try await market.balance(of: market.payee) == .settled(0))

                let invoices = try await stack.billing.get(
                    "/v1/invoices?payment=\(payment["id"].string ?? "")"
                ).successful()["data"].elements
                // Billing is asked while the ledger is: where the ledger refused, the undo may
                // have come before the invoice was opened.
                #expect(invoices.allSatisfy { $0["status"].string == "voided" })
                if refusal.step == "open-invoice" { #expect(invoices.isEmpty) }
                if refusal.step == "post-hold" { #expect(invoices.count == 1) }
            }
        }

        @Test("for want of a fee plan leaves nothing behind")
        func feePlan() async throws {
            try await onStack { stack in
                // Nobody else in this suite pays in Swiss francs.
                let market = try await Market.open(on: stack, currency: "CHF", withFeePlan: false)
                let payment = try await market.pay(1000).successful()
                #expect(payment["failure"]["code"].string == "fee-plan-missing")
                #expect(payment["failure"]["step"].string == "open-invoice")
                #expect(try await market.balance(of: market.payer) == .settled(1_000_000))
            }
        }

        @Test("shows its compensation on the timeline")
        func timeline() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                try await market.change(market.payee, "freeze")
                let payment = try await market.pay(1000).successful()
                let undone = payment["timeline"].elements.filter {
                    $0["direction"].string == "compensation" && $0["status"].string == "done"
                }
                let steps = Set(undone.compactMap { $0["step"].string })
                #expect(steps == ["open-invoice", "place-hold"])
            }
        }
    }
}
