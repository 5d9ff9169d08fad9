import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("A refund", .tags(.database))
struct RefundTests {
    @Test("gives the whole payment back when all three steps are done")
    func success() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let begun = try await fixture.refunded(payment.id, reason: "The books were wet.")
        #expect(begun.status == "processing")
        #expect((begun.amount, begun.currency) == (1050, "USD"))
        try await fixture.play()

        let commands = try await fixture.commands().suffix(3)
        #expect(
            commands.map(\.type)
                == [OpenCreditNote.type, ReverseTransfer.type, SettleCreditNote.type])
        let open = try commands[commands.startIndex].decode(OpenCreditNote.self)
        #expect(open.invoice == payment.invoice)
        #expect(open.key == payment.source.description)
        let reverse = try commands[commands.startIndex + 1].decode(ReverseTransfer.self)
        #expect(reverse.transfer == payment.transfer)
        #expect((reverse.fee.minorUnits, reverse.tax.minorUnits) == (52, 0))

        let refund = try await fixture.get(refund: begun.id)
        #expect(refund.status == "succeeded")
        #expect((refund.fee, refund.tax) == (52, 0))
        #expect(refund.transfer == reverse.reversal)
        #expect(refund.creditNote == open.creditNote)
        #expect(refund.reason == "The books were wet.")
        #expect(refund.timeline?.count == 6)
        #expect(try await fixture.get(payment.id).amountRefunded == 1050)
        #expect(
            try await fixture.events(about: payment.id).suffix(2)
                == ["payment.refund-created.v1", "payment.refund-succeeded.v1"])
        #expect(
            try await fixture.audited(begun.id.description)
                == ["alice refund.create", "saga refund.succeed"])
        try await fixture.end()
    }

    @Test("that the payee cannot pay fails, its credit note is undone, and it may be tried again")
    func failure() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let first = try await fixture.refunded(payment.id)
        try await fixture.play(refusing: [ReverseTransfer.type: "insufficient-funds"])

        let refund = try await fixture.get(refund: first.id)
        #expect(refund.status == "failed")
        #expect(refund.failure?.code == "insufficient-funds")
        #expect(refund.failure?.step == "reverse-transfer")
        #expect(try await fixture.commands().last?.type == VoidCreditNote.type)
        #expect(try await fixture.get(payment.id).amountRefunded == 0)
        #expect(
            try await fixture.events(about: payment.id).last == "payment.refund-failed.v1")
        let second = try await fixture.refunded(payment.id)
        #expect(second.amount == 1050)
        try await fixture.end()
    }

    @Test("in parts goes to the last unit and no further")
    func parts() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        for amount in [500, 1, 548] as [Int64] {
            _ = try await fixture.refunded(payment.id, amount: amount)
        }
        let tooMuch = try await fixture.refund(payment.id, amount: 2)
        #expect(tooMuch.problem?.code == "refund-exceeds-payment")
        let rest = try await fixture.refunded(payment.id)
        #expect(rest.amount == 1)
        let nothing = try await fixture.refund(payment.id)
        #expect(nothing.problem?.code == "refund-exceeds-payment")
        try await fixture.play()
        #expect(try await fixture.get(payment.id).amountRefunded == 1050)
        try await fixture.end()
    }

    @Test("of the whole, a hundred times at once, is accepted once")
    func hundredAtOnce() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await fixture.refund(payment.id, amount: 1050).status }
            }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(answers == [202: 1, 422: 99])
        #expect(try await fixture.refunds(["status": "processing"]).data.count == 1)
        try await fixture.end()
    }

    @Test("in parts, many at once, takes each that still fits and never more than was paid")
    func partsAtOnce() async throws {
        var random = SeededRandom.fromEnvironment()
        let note: Comment = "\(random)"
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let amounts = (0..<60).map { _ in Int64.random(in: 1...200, using: &random) }
        let answers = try await withThrowingTaskGroup(of: (Int64, Int).self) { group in
            for amount in amounts {
                group.addTask {
                    (amount, try await fixture.refund(payment.id, amount: amount).status)
                }
            }
            return try await group.reduce(into: [(amount: Int64, status: Int)]()) { $0.append($1) }
        }
        #expect(Set(answers.map(\.status)).isSubset(of: [202, 422]), note)
        let accepted = answers.filter { $0.status == 202 }.map(\.amount)
        let refused = answers.filter { $0.status == 422 }.map(\.amount)
        let left = 1050 - accepted.reduce(0, +)
        #expect(left >= 0, note)
        // What was refused did not fit then, and there has only become less room since.
        #expect(try #require(refused.min(), note) > left, note)

        if left > 0 {
            let rest = try await fixture.refunded(payment.id)
            #expect(rest.amount == left, note)
        }
        try await fixture.play()
        #expect(try await fixture.get(payment.id).amountRefunded == 1050, note)
        try await fixture.end()
    }

    @Test("of a payment that has not succeeded says why not")
    func notRefundable() async throws {
        let fixture = try await PaymentFixture.make()
        let processing = try await fixture.createdPayment()
        let early = try await fixture.refund(processing.id)
        #expect(early.problem?.status == 409)
        #expect(early.problem?.code == "payment-processing")
        try await fixture.play(refusing: [PlaceHold.type: "account-frozen"])
        let failed = try await fixture.refund(processing.id)
        #expect(failed.problem?.status == 422)
        #expect(failed.problem?.code == "payment-failed")
        await #expect(throws: Problem.self) { try await fixture.refund(PaymentID()) }
        let foreign = try await fixture.succeededPayment()
        await #expect(throws: Problem.self) {
            try await fixture.refund(foreign.id, tenant: "mallory")
        }
        try await fixture.end()
    }

    @Test("is listed by payment, status and reference, and found by its tenant only")
    func lists() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let other = try await fixture.succeededPayment()
        let one = try await fixture.refunded(payment.id, amount: 1, reference: "r-1")
        let two = try await fixture.refunded(payment.id, amount: 2)
        try await fixture.play()
        let three = try await fixture.refunded(other.id, amount: 3)

        #expect(try await fixture.refunds([:]).data.map(\.id) == [three.id, two.id, one.id])
        #expect(
            try await fixture.refunds(["status": "processing"]).data.map(\.id) == [three.id])
        #expect(try await fixture.refunds(["reference": "r-1"]).data.map(\.id) == [one.id])
        let page = try await fixture.refunds(["limit": "2"])
        #expect(page.data.map(\.id) == [three.id, two.id])
        let cursor = try #require(page.nextCursor)
        #expect(try await fixture.refunds(["cursor": cursor]).data.map(\.id) == [one.id])
        #expect(try await fixture.refunds(of: payment.id).data.map(\.id) == [two.id, one.id])
        await #expect(throws: Problem.self) {
            try await fixture.get(refund: one.id, tenant: "mallory")
        }
        try await fixture.end()
    }

    @Test("wakes who waits for its end")
    func waiting() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let pending = try await fixture.refund(payment.id, wait: 20)
        let id = try #require(pending.pendingResource)
        let waiting = fixture.payments.waitingRefunds
        async let answer = GetRefund.whenEnded(
            id, fixture.scope(wait: 20), fixture.database, waiting, true)
        try await eventually { waiting.count == 1 }
        try await fixture.play()
        #expect(try await answer.status == 201)
        #expect(try await answer.location == "/v1/refunds/\(id)")
        try await fixture.end()
    }

    @Test("that ended in another process wakes who waits for it here")
    func endsElsewhere() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.succeededPayment()
        let pending = try await fixture.refund(payment.id, wait: 20)
        let id = try #require(pending.pendingResource)
        let here = Waiting<RefundID>()
        async let answer = GetRefund.whenEnded(
            id, fixture.scope(wait: 3600), fixture.database, here, true)
        try await eventually { here.count == 1 }
        try await fixture.play()
        #expect(here.count == 1)
        try await FindEnds(payments: Waiting(), refunds: here, database: fixture.database)()
        #expect(try await answer.status == 201)
        try await fixture.end()
    }
}
