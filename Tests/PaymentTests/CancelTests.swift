import Contracts
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("Cancelling a payment", .tags(.database))
struct CancelTests {
    @Test("before its pivot is asked undoes what was asked, and the payment fails as cancelled")
    func before() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        try await fixture.receive([try await fixture.command(PlaceHold.self).done()])
        let answer = try await fixture.cancel(payment.id, reason: "Wrong book.")
        #expect(answer.status == 202)
        #expect(try await fixture.cancel(payment.id).problem?.code == "payment-not-cancellable")

        try await fixture.play()
        let ended = try await fixture.get(payment.id)
        #expect(ended.status == "failed")
        #expect(ended.failure?.code == "cancelled")
        #expect(ended.failure?.detail == "Wrong book.")
        let undos = try await fixture.commands().suffix(2)
        #expect(undos.map(\.type) == [VoidInvoice.type, VoidHold.type])
        #expect(
            try await fixture.audited(payment.id)
                == ["alice payment.create", "alice payment.cancel", "saga payment.fail"])
        try await fixture.end()
    }

    @Test("is refused once the pivot is asked, and after the end")
    func after() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        try await fixture.receive(try await fixture.commands().map { try $0.done() })
        #expect(try await fixture.commands().last?.type == PostHold.type)
        let late = try await fixture.cancel(payment.id)
        #expect(late.problem?.status == 409)
        #expect(late.problem?.code == "payment-not-cancellable")
        try await fixture.play()
        #expect(try await fixture.get(payment.id).status == "succeeded")
        #expect(try await fixture.cancel(payment.id).problem?.code == "payment-not-cancellable")
        await #expect(throws: Problem.self) { try await fixture.cancel(PaymentID()) }
        try await fixture.end()
    }

    @Test("may wait for the undoing")
    func waiting() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        let answer = try await fixture.cancel(payment.id, wait: 20)
        #expect(answer.pendingResource == payment.id.description)
        try await fixture.end()
    }
}

@Suite("Operators and sagas", .tags(.database))
struct OperateSagasTests {
    @Test("a saga is listed, shown with its timeline, and turned round with the reason")
    func compensate() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        let running = try await fixture.sagas(["state": "running"])
        let saga = try #require(running.data.first)
        #expect(saga.definition == "payment")
        #expect(saga.subject == payment.id.description)
        #expect(saga.waitingFor.map(\.step) == ["place-hold", "open-invoice"])
        #expect(try await fixture.sagas(["state": "needs-intervention"]).data.isEmpty)
        await #expect(throws: Problem.self) { try await fixture.sagas(["state": "asleep"]) }
        #expect(try await fixture.retrySaga(saga.id).problem?.code == "saga-not-waiting")

        let answer = try await fixture.compensateSaga(saga.id, reason: "Fraud.")
        #expect(answer.status == 200)
        let turned: ShownSaga = try answer.read()
        #expect(turned.state == "compensating")
        #expect(turned.failure?.code == "compensated-by-operator")
        #expect(
            try await fixture.compensateSaga(saga.id).problem?.code == "saga-compensating")
        try await fixture.play()
        #expect(try await fixture.compensateSaga(saga.id).problem?.code == "saga-ended")
        #expect(try await fixture.get(payment.id).failure?.detail == "Fraud.")
        #expect(try await fixture.audited(saga.id.description) == ["alice saga.compensate"])
        await #expect(throws: Problem.self) { try await fixture.compensateSaga(SagaID()) }
        try await fixture.end()
    }

    @Test("a saga past its pivot cannot be turned round")
    func pastItsPivot() async throws {
        let fixture = try await PaymentFixture.make()
        _ = try await fixture.createdPayment()
        try await fixture.receive(try await fixture.commands().map { try $0.done() })
        let saga = try #require(try await fixture.sagas([:]).data.first)
        let answer = try await fixture.compensateSaga(saga.id)
        #expect(answer.problem?.status == 409)
        #expect(answer.problem?.code == "saga-past-its-pivot")
        try await fixture.end()
    }

    @Test("a saga that waits for a person goes on when it is told to")
    func retry() async throws {
        let fixture = try await PaymentFixture.make(
            Patience(timeout: .milliseconds(1), attempts: 1))
        let payment = try await fixture.succeededPayment()
        _ = try await fixture.refunded(payment.id)
        let open = try await fixture.command(OpenCreditNote.self)
        try await fixture.receive([try open.done()])
        try await fixture.receive([try await fixture.command(ReverseTransfer.self).done()])
        let settle = try await fixture.command(SettleCreditNote.self)
        try await fixture.receive([try settle.refused("not-today")])
        let page = try await fixture.sagas(["state": "needs-intervention"])
        let saga = try #require(page.data.first)
        #expect(saga.definition == "refund")
        #expect(saga.waitingFor.map(\.waitingFor) == ["person"])
        try await fixture.payments.interventions()
        #expect(fixture.payments.interventions.count == 1)

        #expect(try await fixture.retrySaga(saga.id).status == 200)
        try await fixture.play()
        #expect(try await fixture.sagas(["state": "needs-intervention"]).data.isEmpty)
        try await fixture.payments.interventions()
        #expect(fixture.payments.interventions.count == 0)
        #expect(try await fixture.get(payment.id).amountRefunded == 1050)
        #expect(try await fixture.audited(saga.id.description) == ["alice saga.retry"])
        try await fixture.end()
    }
}
