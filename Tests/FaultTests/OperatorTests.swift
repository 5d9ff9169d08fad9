import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension Faults {
    /// The real program, against a stack whose sagas soon give up.
    @Suite("An operator at the command line")
    struct OperatorTests {
        @Test("finds the saga that waits for a person, and sends it on once the ledger is back")
        func sagas() async throws {
            let stack = try await TestStack.start(environment: [
                "payment": ["SAGA_TIMEOUT_MS": "20", "SAGA_ATTEMPTS": "2"]
            ])
            let market = try await Market.open(on: stack)
            await stack.setRestarting(false, "ledger")
            await stack.kill("ledger")
            let payment = try await stack.payment.post("/v1/payments", market.order(1000))
                .successful()
            let saga = try await sagaInNeed(on: stack)

            let list = try await farthing(
                "saga", "list", "--state", "needs-intervention", on: stack)
            #expect(list.status == .exited(0))
            #expect(list.output.contains(saga), "\(list.output)")
            let shown = try await farthing("saga", "show", saga, on: stack)
            #expect(shown.output.contains(payment["id"].string ?? "?"), "\(shown.output)")
            #expect(shown.output.contains("undo place-hold"), "\(shown.output)")

            await stack.setRestarting(true, "ledger")
            try await stack.restart("ledger")
            let retried = try await farthing("saga", "retry", saga, on: stack)
            #expect(retried.status == .exited(0), "\(retried.output)")
            try await eventually("the payment failed") {
                let place = "/v1/payments/\(payment["id"].string ?? "")"
                return try await stack.payment.get(place).body["status"].string == "failed"
            }
            try await stack.verify()

            for words in [["retry", saga], ["compensate", saga], ["show", "saga_nonsense"]] {
                let refused = try await stack.farthing(["saga"] + words)
                #expect(refused.status == .exited(1), "\(words)")
                #expect(refused.output.split(separator: "\n").count == 1, "\(refused.output)")
                #expect(refused.output.hasPrefix("farthing: "), "\(refused.output)")
            }
            await stack.stop()
        }

        private func sagaInNeed(on stack: TestStack) async throws -> String {
            var id: String?
            try await eventually("the saga gave up") {
                let sagas = try await stack.payment.get("/v1/sagas?state=needs-intervention")
                    .successful()
                id = sagas["data"].elements.first?["id"].string
                return id != nil
            }
            return id ?? ""
        }

        private func farthing(
            _ words: String..., on stack: TestStack
        ) async throws -> (status: LocalStack.ExitStatus, output: String) {
            try await stack.farthing(words)
        }
    }
}
