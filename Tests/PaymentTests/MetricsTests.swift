import Logging
import Saga
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("The payment service's metrics", .tags(.database))
struct MetricsTests {
    /// Their values are those of all tests of this process.
    @Test("show what is alerted on, step by step, before it ever happened")
    func zeros() async throws {
        _ = Telemetry.start("payment", level: .critical)
        let fixture = try await PaymentFixture.make()
        var routes = Routes(
            host: HTTPEdge(
                service: "payment", database: fixture.database, logger: .quiet,
                authenticator: try await Authenticator(
                    TokenTrust(keys: .secret(String(repeating: "nobody", count: 8))),
                    logger: .quiet)))
        fixture.payments.register(in: &routes)

        let lines = Telemetry.registry.render().split(separator: "\n")
        for plan in [paymentSaga(Patience()).plan, refundSaga(Patience()).plan] {
            for step in plan.steps {
                for name in ["saga_interventions_total", "saga_overdue_total"] {
                    let series = #"\#(name){saga="\#(plan.name)",step="\#(step.name)"} "#
                    #expect(lines.contains { $0.hasPrefix(series) }, "\(series)")
                }
            }
            let putOff = #"saga_put_off_total{saga="\#(plan.name)"} "#
            #expect(lines.contains { $0.hasPrefix(putOff) })
        }
        #expect(lines.contains { $0.hasPrefix("saga_interventions_open ") })
        try await fixture.end()
    }
}
