import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost
import TestSupport
import Testing

@testable import Billing

@Suite("Credit note commands on Postgres", .tags(.database))
struct CreditNoteTests {
    /// A payment of 10.50 with a fee of 0.60 and a tax of 0.12, its invoice settled.
    private func settledPayment(_ billing: BillingFixture) async throws -> PaymentSaga {
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try saga.open()])
        try await billing.send([try saga.settle()])
        return saga
    }

    @Test("a refund's credit note is opened, then settled with number 1, and everybody is told")
    func success() async throws {
        let billing = try await BillingFixture.make()
        let refund = RefundSaga(of: try await settledPayment(billing), try Samples.usd(525))

        try await billing.send([try refund.open()])
        try await billing.send([try refund.settle()])

        let payloads = try await billing.replyPayloads(to: refund.id)
        let opened = try WireJSON.decode(Reply<OpenCreditNote.Done>.self, from: payloads[0])
        let settled = try WireJSON.decode(Reply<SettleCreditNote.Done>.self, from: payloads[1])
        let note = refund.opening.creditNote
        #expect(
            opened
                == .done(
                    .init(creditNote: note, fee: try Samples.usd(30), tax: try Samples.usd(6))))
        #expect(settled == .done(.init(number: 1)))
        let invoice = refund.opening.invoice.description
        #expect(
            try await billing.events(about: invoice) == ["opened", "settled", "opened", "settled"])
        #expect(
            try await billing.auditedActions(on: note.description)
                == ["credit-note.opened", "credit-note.settled"])
        try await billing.end()
    }

    @Test("refunds to the last unit give back exactly fee and tax, and then no more")
    func toTheLastUnit() async throws {
        let billing = try await BillingFixture.make()
        let payment = try await settledPayment(billing)
        for amount in [350, 1, 698, 1] as [Int64] {
            let refund = RefundSaga(of: payment, try Samples.usd(amount))
            try await billing.send([try refund.open()])
            try await billing.send([try refund.settle()])
        }
        let excess = RefundSaga(of: payment, try Samples.usd(1))
        try await billing.send([try excess.open()])

        #expect(try await billing.replies(to: excess.id) == ["credit-exceeds-invoice"])
        let notes = try await billing.creditNotes()
        #expect(notes.map(\.amount).reduce(0, +) == 1_050)
        #expect(notes.map(\.fee).reduce(0, +) == 60)
        #expect(notes.map(\.tax).reduce(0, +) == 12)
        #expect(notes.compactMap(\.number).sorted() == [1, 2, 3, 4])
        try await billing.end()
    }

    @Test("a void credit note makes room for the next, and never gets a number")
    func void() async throws {
        let billing = try await BillingFixture.make()
        let payment = try await settledPayment(billing)
        let first = RefundSaga(of: payment, try Samples.usd(1_050))
        let second = RefundSaga(of: payment, try Samples.usd(1_050))
        try await billing.send([try first.open()])
        try await billing.send([try first.void(), try second.open()])
        try await billing.send([try second.settle(), try first.void()])

        #expect(try await billing.replies(to: first.id) == ["done", "done", "done"])
        let statuses = try await billing.creditNotes().map(\.status)
        #expect(statuses.sorted() == ["settled", "voided"])
        #expect(
            try await billing.auditedActions(on: first.opening.creditNote.description)
                == ["credit-note.opened", "credit-note.voided"])
        try await billing.end()
    }

    @Test("a refused credit note leaves nothing behind but the answer")
    func refusals() async throws {
        let billing = try await BillingFixture.make()
        let payment = try await settledPayment(billing)
        let open = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try open.open()])
        let unknown = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        let euros = Money(500, try #require(Currency("EUR")))
        let cases = [
            (RefundSaga(of: unknown, try Samples.usd(500)), "invoice-unknown"),
            (RefundSaga(of: payment, try Samples.usd(500), tenant: "evil"), "invoice-unknown"),
            (RefundSaga(of: open, try Samples.usd(500)), "invoice-not-settled"),
            (RefundSaga(of: payment, euros), "currency-mismatch"),
            (RefundSaga(of: payment, try Samples.usd(1_051)), "credit-exceeds-invoice"),
        ]
        try await billing.send(try cases.map { try $0.0.open() })
        for (refund, code) in cases {
            #expect(try await billing.replies(to: refund.id) == [code])
        }
        #expect(try await billing.creditNotes().isEmpty)
        try await billing.end()
    }

    @Test("a command delivered again is answered again, and an undo that comes first wins")
    func redelivery() async throws {
        let billing = try await BillingFixture.make()
        let payment = try await settledPayment(billing)
        let refund = RefundSaga(of: payment, try Samples.usd(100))
        let open = try refund.open()
        try await billing.send([open, open])
        try await billing.send([try refund.settle()])
        try await billing.send([open, try refund.settle()])
        let undone = RefundSaga(of: payment, try Samples.usd(100))
        try await billing.send([try undone.void()])
        try await billing.send([try undone.open()])

        let payloads = try await billing.replyPayloads(to: refund.id)
        #expect(payloads.count == 5)
        #expect(Set(payloads).count == 2)
        #expect(try await billing.replies(to: undone.id) == ["done", "undone-before-done"])
        #expect(try await billing.creditNotes().count == 1)
        try await billing.end()
    }

    @Test("a payment's invoice and another's credit note go through in one batch, each in its turn")
    func mixed() async throws {
        let billing = try await BillingFixture.make()
        let refund = RefundSaga(of: try await settledPayment(billing), try Samples.usd(100))
        let payment = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try payment.open(), try refund.open(), try payment.settle()])
        try await billing.send([try refund.settle(), try payment.settle()])
        #expect(try await billing.replies(to: refund.id) == ["done", "done"])
        #expect(try await billing.replies(to: payment) == ["done", "done", "done"])
        try await billing.end()
    }

    @Test("many refunds at once give back no more than was charged")
    func concurrently() async throws {
        let billing = try await BillingFixture.make()
        let payment = try await settledPayment(billing)
        let refunds = try (0..<32).map { _ in RefundSaga(of: payment, try Samples.usd(100)) }
        try await withThrowingTaskGroup { group in
            for refund in refunds {
                group.addTask {
                    try await billing.send([try refund.open()])
                    if try await billing.replies(to: refund.id) == ["done"] {
                        try await billing.send([try refund.settle()])
                    }
                }
            }
            try await group.waitForAll()
        }
        let notes = try await billing.creditNotes()
        #expect(notes.count == 10)
        #expect(notes.compactMap(\.number).sorted() == (1...10).map { Int64($0) })
        try await billing.end()
    }

    @Test("are read by id, by payment and by invoice, by their tenant only")
    func read() async throws {
        let billing = try await BillingFixture.make()
        let refund = RefundSaga(of: try await settledPayment(billing), try Samples.usd(525))
        try await billing.send([try refund.open()])
        let note = refund.opening.creditNote.description

        let one = try await billing.database.read { [scope = billing.scope(id: note)] tx in
            try GetCreditNotes.one(scope, tx)
        }
        let body = try one.json()
        #expect(body.contains(#""number":null"#))
        #expect(body.contains(#""fee":30"#))
        for query in [
            ["payment": refund.opening.payment.description],
            ["invoice": refund.opening.invoice.description], [:],
        ] {
            let list = try await billing.database.read { [scope = billing.scope(query: query)] tx in
                try GetCreditNotes.list(scope, tx)
            }
            let text = try list.json()
            #expect(text.contains(note), "\(query)")
        }
        await #expect(throws: Problem.self) {
            try await billing.database.read { [scope = billing.scope("evil", id: note)] tx in
                try GetCreditNotes.one(scope, tx)
            }
        }
        try await billing.end()
    }

    private static let forbidden: [(Statement, PostgresError.Code)] = [
        (Statement("UPDATE credit_note SET amount = 1"), .insufficientPrivilege),
        (Statement("DELETE FROM credit_note"), .insufficientPrivilege),
        (Statement("DELETE FROM credit_note_counter"), .insufficientPrivilege),
        (
            Statement("UPDATE credit_note SET status = 'open', number = NULL, settled_at = NULL"),
            .checkViolation
        ),
        (Statement("UPDATE credit_note_counter SET last = last + 1"), .checkViolation),
        (
            Statement(
                """
                INSERT INTO credit_note (id, tenant, refund, saga, payment, invoice, amount,
                                         currency, fee, tax)
                SELECT gen_random_uuid(), tenant, gen_random_uuid(), gen_random_uuid(), payment, id,
                       600, currency, 0, 0
                FROM invoice
                """), .checkViolation
        ),
        (
            Statement(
                """
                INSERT INTO credit_note (id, tenant, refund, saga, payment, invoice, amount,
                                         currency, fee, tax)
                SELECT gen_random_uuid(), tenant, gen_random_uuid(), gen_random_uuid(), payment, id,
                       100, currency, 31, 0
                FROM invoice
                """), .checkViolation
        ),
    ]

    @Test("a hand-written statement cannot rewrite them or give back what is not there")
    func forbidden() async throws {
        let billing = try await BillingFixture.make()
        let refund = RefundSaga(of: try await settledPayment(billing), try Samples.usd(525))
        try await billing.send([try refund.open()])
        try await billing.send([try refund.settle()])
        for (statement, code) in Self.forbidden {
            let error = await #expect(throws: PostgresError.self, "\(statement.sql)") {
                try await billing.database.transaction { tx in try tx.query(statement) }
            }
            #expect(error?.code == code, "\(statement.sql)")
        }
        try await billing.end()
    }
}
