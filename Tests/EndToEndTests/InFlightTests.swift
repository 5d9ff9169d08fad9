import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A payment in flight", .serialized)
    struct InFlightTests {
        @Test("cannot be refunded, and can be cancelled: everything is undone")
        func cancelled() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                await stack.freeze("ledger")
                let answer = try await stack.payment.post("/v1/payments", market.order(1000))
                let payment = try answer.successful()
                let place = "/v1/payments/\(payment["id"].string ?? "")"
                let refund = try await stack.payment.post("\(place)/refunds", [:])
                let cancel = try await stack.payment.post("\(place)/cancel", ["reason": "No."])
                await stack.thaw("ledger")

                #expect(refund.status == 409)
                #expect(refund.body["code"].string == "payment-processing")
                #expect(cancel.status == 202)
                try await eventually("the payment failed") {
                    try await stack.payment.get(place).body["status"].string == "failed"
                }
                let ended = try await stack.payment.get(place).successful()
                #expect(ended["failure"]["code"].string == "cancelled")
                #expect(try await market.balance(of: market.payer) == .settled(1_000_000))
                let again = try await stack.payment.post("\(place)/cancel", [:])
                #expect(again.status == 409)
                #expect(again.body["code"].string == "payment-not-cancellable")
            }
        }

        @Test("whose pivot is asked goes through, whoever would cancel it")
        func pivotAsked() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                // The ledger holds the money and then stands still, before billing lets the saga
                // reach its pivot: what is asked there stays unanswered.
                await stack.freeze("billing")
                let payment = try await stack.payment.post("/v1/payments", market.order(1000))
                    .successful()
                let place = "/v1/payments/\(payment["id"].string ?? "")"
                let held = await reaches(place, "place-hold", "done", on: stack)
                await stack.freeze("ledger")
                await stack.thaw("billing")
                let asked = await reaches(place, "post-hold", "asked", on: stack)
                let cancel = try await stack.payment.post("\(place)/cancel", [:])
                let refund = try await stack.payment.post("\(place)/refunds", [:])
                await stack.thaw("ledger")

                #expect(held && asked)
                #expect(cancel.status == 409)
                #expect(cancel.body["code"].string == "payment-not-cancellable")
                #expect(refund.body["code"].string == "payment-processing")
                try await eventually("the payment succeeded") {
                    try await stack.payment.get(place).body["status"].string == "succeeded"
                }
                #expect(try await market.balance(of: market.payer) == .settled(999_000))
            }
        }

        @Test("is listed with its saga, which an operator turns round, and nobody else")
        func operators() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                await stack.freeze("ledger")
                let payment = try await stack.payment.post("/v1/payments", market.order(1000))
                    .successful()["id"].string
                let running = try await stack.payment.get("/v1/sagas?state=running").successful()
                let saga = running["data"].elements.first { $0["subject"].string == payment }
                let id = saga?["id"].string ?? ""
                var clerk = stack.payment
                clerk.token = try await stack.token(
                    tenant: "demo", scopes: ["payments:write", "payments:read"])
                let refused = try await clerk.post("/v1/sagas/\(id)/compensate", [:])
                let turned = try await stack.payment.post(
                    "/v1/sagas/\(id)/compensate", ["reason": "Fraud."])
                await stack.thaw("ledger")

                #expect(refused.status == 403)
                #expect(turned.body["state"].string == "compensating")
                try await eventually("the saga is compensated") {
                    try await stack.payment.get("/v1/sagas/\(id)").body["state"].string
                        == "compensated"
                }
                let retried = try await stack.payment.post("/v1/sagas/\(id)/retry", [:])
                #expect(retried.body["code"].string == "saga-ended")
            }
        }

        /// Whether the timeline comes to show this within ten seconds; throws nothing, so that a
        /// test that has frozen a service gets to thaw it.
        private func reaches(
            _ place: String, _ step: String, _ status: String, on stack: TestStack
        ) async -> Bool {
            let reached: Void? = try? await eventually {
                try await stack.payment.get(place).body["timeline"].elements.contains {
                    $0["step"].string == step && $0["status"].string == status
                }
            }
            return reached != nil
        }
    }
}
