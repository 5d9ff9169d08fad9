import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("A payment", .tags(.database))
struct PaymentTests {
    @Test("is accepted with its saga, its first commands, an event and an audit row")
    func accepted() async throws {
        let fixture = try await PaymentFixture.make()
        let request = try CreatePayment.Request.sample(reference: "order-17")
        let answer = try await fixture.create(request)
        let payment: Shown = try answer.read()

        #expect(answer.status == 202)
        #expect(answer.location == "/v1/payments/\(payment.id)")
        #expect(payment.status == "processing")
        #expect((payment.amount, payment.currency) == (1050, "USD"))
        #expect((payment.source, payment.destination) == (request.source, request.destination))
        #expect(payment.reference == "order-17")
        #expect(payment.metadata == ["order": "17"])
        #expect(payment.amountRefunded == 0)

        let command = try await fixture.command(PlaceHold.self)
        let openInvoice = try await fixture.command(OpenInvoice.self).decode(OpenInvoice.self)
        #expect(openInvoice.payment == payment.id)
        #expect(try await fixture.commands().count == 2)
        let placeHold = try command.decode(PlaceHold.self)
        #expect(placeHold.payment == payment.id)
        #expect(placeHold.source == request.source)
        #expect(placeHold.amount.minorUnits == 1050)
        #expect(command.key == request.source.description)
        #expect(command.traceparent == fixture.scope().traceparent)
        #expect(try await fixture.events(about: payment.id) == ["payment.created.v1"])
        #expect(try await fixture.audited(payment.id) == ["alice payment.create"])
        try await fixture.end()
    }

    @Test("that arrives with others is written with them, and answers for itself")
    func together() async throws {
        let fixture = try await PaymentFixture.make()
        let account = AccountID()
        let answers = try await fixture.create([
            .sample(reference: "first"), .sample(source: account, destination: account),
            .sample(amount: 2000, reference: "third"),
        ])
        #expect(answers.map(\.status) == [202, 422, 202])
        let payments: [Shown] = [try answers[0].read(), try answers[2].read()]
        #expect(payments.map(\.reference) == ["first", "third"])
        #expect(payments.map(\.amount) == [1050, 2000])

        #expect(try await fixture.commands().count == 4)
        try await fixture.play()
        for payment in payments {
            #expect(try await fixture.get(payment.id).status == "succeeded")
            #expect(
                try await fixture.audited(payment.id) == [
                    "alice payment.create", "saga payment.succeed",
                ])
        }
        try await fixture.end()
    }

    @Test("succeeds when all four steps are done")
    func success() async throws {
        let fixture = try await PaymentFixture.make()
        let begun = try await fixture.createdPayment()
        try await fixture.play()
        let commands = try await fixture.commands()
        #expect(
            commands.map(\.type) == [
                PlaceHold.type, OpenInvoice.type, PostHold.type, SettleInvoice.type,
            ])
        let postHold = try commands[2].decode(PostHold.self)
        #expect((postHold.fee.minorUnits, postHold.tax.minorUnits) == (45, 9))
        #expect(postHold.destination == begun.destination)

        let payment = try await fixture.get(begun.id)
        #expect(payment.status == "succeeded")
        #expect((payment.fee, payment.tax) == (45, 9))
        #expect(payment.transfer == postHold.transfer)
        #expect(payment.invoice == (try commands[1].decode(OpenInvoice.self).invoice))
        #expect(payment.failure == nil)
        #expect(payment.endedAt != nil)
        #expect(
            payment.timeline?.map(\.description) == [
                "place-hold asked", "open-invoice asked", "place-hold done", "open-invoice done",
                "post-hold asked", "post-hold done", "settle-invoice asked", "settle-invoice done",
            ])
        #expect(
            try await fixture.events(about: begun.id) == [
                "payment.created.v1", "payment.succeeded.v1",
            ])
        #expect(
            try await fixture.audited(begun.id) == [
                "alice payment.create", "saga payment.succeed",
            ])
        try await fixture.end()
    }

    @Test("fails when the ledger refuses, and what billing was asked meanwhile is undone")
    func refusedByLedger() async throws {
        let fixture = try await PaymentFixture.make()
        let begun = try await fixture.createdPayment()
        try await fixture.play(refusing: [PlaceHold.type: "insufficient-funds"])

        let payment = try await fixture.get(begun.id)
        #expect(payment.status == "failed")
        #expect(
            payment.failure == .init(code: "insufficient-funds", step: "place-hold", detail: "No."))
        #expect(
            try await fixture.commands().map(\.type)
                == [PlaceHold.type, OpenInvoice.type, VoidInvoice.type])
        #expect(
            try await fixture.events(about: begun.id) == [
                "payment.created.v1", "payment.failed.v1",
            ]
        )
        #expect(
            try await fixture.audited(begun.id) == ["alice payment.create", "saga payment.fail"])
        try await fixture.end()
    }

    @Test(
        "undoes what was done when a later step is refused",
        arguments: [
            (OpenInvoice.type, "open-invoice", [VoidHold.type]),
            (PostHold.type, "post-hold", [VoidInvoice.type, VoidHold.type]),
        ])
    func compensated(refused type: String, step: String, undone: [String]) async throws {
        let fixture = try await PaymentFixture.make()
        let begun = try await fixture.createdPayment()
        try await fixture.play(refusing: [type: "not-today"])
        let undos = try await fixture.commands().filter { $0.saga?.direction == .compensation }
        #expect(undos.map(\.type) == undone)

        let payment = try await fixture.get(begun.id)
        #expect(payment.status == "failed")
        #expect(payment.failure == .init(code: "not-today", step: step, detail: "No."))
        #expect(payment.fee == nil)
        #expect(payment.transfer == nil)
        try await fixture.end()
    }

    @Test("whose ledger keeps silent is asked again, given up and undone")
    func silence() async throws {
        let patience = Patience(timeout: .milliseconds(20), attempts: 2)
        let fixture = try await PaymentFixture.make(patience)
        let begun = try await fixture.createdPayment()
        try await eventually {
            try await fixture.payments.timeouts()
            return try await fixture.commands().contains { $0.type == VoidHold.type }
        }
        let commands = try await fixture.commands()
        let asked = commands.filter { $0.type == PlaceHold.type }
        #expect(asked.count == 2)
        #expect(asked.first?.saga == asked.last?.saga)
        let undos = commands.filter { $0.saga?.direction == .compensation }
        #expect(undos.map(\.type) == [VoidInvoice.type, VoidHold.type])
        try await fixture.receive(try undos.map { try $0.done() })

        let payment = try await fixture.get(begun.id)
        #expect(payment.status == "failed")
        #expect(payment.failure?.code == "no-answer")
        #expect(payment.failure?.step == "place-hold", "its time was up first")
        try await fixture.end()
    }

    @Test("is not moved by late and repeated replies")
    func lateReplies() async throws {
        let fixture = try await PaymentFixture.make()
        let begun = try await fixture.createdPayment()
        for _ in 0..<4 {
            let replies = try await fixture.commands().map { try $0.done() }
            try await fixture.receive(replies + replies)
        }
        let replies = try await fixture.commands().map { try $0.done() }
        let ended = try await fixture.get(begun.id)
        try await fixture.receive(replies.reversed())
        #expect(try await fixture.get(begun.id) == ended)
        #expect(try await fixture.commands().count == 4)
        #expect(try await fixture.events(about: begun.id).count == 2)
        try await fixture.end()
    }

    @Test("ends together with others in one batch, each in its own way")
    func batch() async throws {
        let fixture = try await PaymentFixture.make()
        var good: [PaymentID] = []
        for amount in 1...20 {
            good.append(try await fixture.createdPayment(amount: 100 + Int64(amount)).id)
        }
        let bad = Set(good.indices.filter { $0 % 3 == 0 }.map { good[$0] })
        let first = try await fixture.commands()
        try await fixture.receive(
            try first.map {
                guard $0.type == PlaceHold.type,
                    bad.contains(try $0.decode(PlaceHold.self).payment)
                else { return try $0.done() }
                return try $0.refused("insufficient-funds")
            })
        try await fixture.play()
        for id in good {
            let payment = try await fixture.get(id)
            #expect(payment.status == (bad.contains(id) ? "failed" : "succeeded"))
        }
        try await fixture.end()
    }

    @Test("from an account to itself is refused, and nothing is written")
    func sameAccount() async throws {
        let fixture = try await PaymentFixture.make()
        let account = AccountID()
        let answer = try await fixture.create(.sample(source: account, destination: account))
        #expect(answer.problem?.status == 422)
        #expect(answer.problem?.code == "same-account")
        #expect(try await fixture.commands().isEmpty)
        #expect(try await fixture.list([:]).data.isEmpty)
        try await fixture.end()
    }

    @Test("always shows all of its members, those not known yet as null")
    func members() async throws {
        let fixture = try await PaymentFixture.make()
        let answer = try await fixture.create(.sample())
        let body = String(decoding: try answer.bytes(), as: UTF8.self)
        for member in ["customer", "reference", "fee", "tax", "transfer", "failure", "ended_at"] {
            #expect(body.contains("\"\(member)\":null"))
        }
        #expect(!body.contains("timeline"))
        try await fixture.end()
    }

    @Test("of another tenant, or of nobody, is not found")
    func notFound() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        await #expect(throws: Problem.self) {
            try await fixture.get(payment.id, tenant: "mallory")
        }
        await #expect(throws: Problem.self) { try await fixture.get(PaymentID()) }
        try await fixture.end()
    }
}
