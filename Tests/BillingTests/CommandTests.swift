import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost
import TestSupport
import Testing

@testable import Billing

@Suite("Invoice commands on Postgres", .tags(.database))
struct CommandTests {
    @Test("a payment's invoice is opened, then settled with number 1, and everybody is told")
    func success() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        let invoice = saga.opening.invoice

        try await billing.send([try saga.open()])
        try await billing.send([try saga.settle()])

        let payloads = try await billing.replyPayloads(to: saga)
        let opened = try WireJSON.decode(Reply<OpenInvoice.Done>.self, from: payloads[0])
        let settled = try WireJSON.decode(Reply<SettleInvoice.Done>.self, from: payloads[1])
        #expect(
            opened
                == .done(
                    .init(invoice: invoice, fee: try Samples.usd(60), tax: try Samples.usd(12))))
        #expect(settled == .done(.init(number: 1)))
        #expect(try await billing.invoices()[invoice]?.status == "settled")
        #expect(try await billing.events(about: invoice.description) == ["opened", "settled"])
        #expect(
            try await billing.auditedActions(on: invoice.description)
                == ["invoice.opened", "invoice.settled"])
        try await billing.end()
    }

    @Test("a void invoice keeps its lines and never gets a number")
    func void() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))

        try await billing.send([try saga.open()])
        try await billing.send([try saga.void()])

        let invoice = try await billing.invoices()[saga.opening.invoice]
        #expect(invoice?.status == "voided")
        #expect(invoice?.number == nil)
        #expect(try await billing.replies(to: saga) == ["done", "done"])
        #expect(
            try await billing.events(about: saga.opening.invoice.description)
                == ["opened", "voided"])
        try await billing.end()
    }

    @Test("a refused invoice leaves nothing behind but the answer")
    func refusals() async throws {
        let billing = try await BillingFixture.make()
        let (suspended, poor) = (AccountID(), AccountID())
        _ = try await billing.createCustomer(account: suspended)
        _ = try await billing.createCustomer(account: poor, limit: 1_000)
        let id = try await billing.customer(of: suspended)
        _ = try await billing.database.transaction { [scope = billing.scope(id: id.description)] in
            try ChangeCustomer.suspend(NoInput(), scope, $0)
        }
        let euros = Money(1_000, try #require(Currency("EUR")))
        let cases: [(OpenInvoice, String)] = [
            (Samples.opening(of: try Samples.usd(1_000), by: CustomerID()), "customer-unknown"),
            (Samples.opening(of: try Samples.usd(1_000), from: suspended), "customer-suspended"),
            (Samples.opening(of: try Samples.usd(1_000), by: id), "customer-suspended"),
            (Samples.opening(of: try Samples.usd(1_001), from: poor), "credit-limit-exceeded"),
            (Samples.opening(of: euros), "fee-plan-missing"),
            (Samples.opening(of: try Samples.usd(10)), "fee-exceeds-amount"),
        ]
        let sagas = cases.map { PaymentSaga($0.0) }

        try await billing.send(try sagas.map { try $0.open() })

        for (saga, (_, code)) in zip(sagas, cases) {
            #expect(try await billing.replies(to: saga) == [code])
            #expect(try await billing.events(about: saga.opening.invoice.description) == [])
        }
        #expect(try await billing.invoices().isEmpty)
        try await billing.end()
    }

    @Test("the newest plan of the tenant and currency is in force")
    func newestPlan() async throws {
        let billing = try await BillingFixture.make()
        try await billing.createPlan(percentBp: 0, fixed: 5, taxBp: 0)
        try await billing.createPlan(percentBp: 0, fixed: 7, taxBp: 0, currency: "EUR")
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(100)))

        try await billing.send([try saga.open()])

        let payload = try #require(try await billing.replyPayloads(to: saga).first)
        let reply = try WireJSON.decode(Reply<OpenInvoice.Done>.self, from: payload)
        #expect(
            reply
                == .done(
                    .init(
                        invoice: saga.opening.invoice, fee: try Samples.usd(5),
                        tax: try Samples.usd(0))))
        try await billing.end()
    }

    @Test("a command delivered again is answered again, byte for byte, and changes nothing")
    func redelivery() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        let open = try saga.open()
        try await billing.send([open, open])
        try await billing.send([open])
        let settle = try saga.settle()
        try await billing.send([settle])
        try await billing.send([open, settle, settle])

        let payloads = try await billing.replyPayloads(to: saga)
        #expect(payloads.count == 7)
        #expect(Set(payloads).count == 2)
        #expect(
            try await billing.events(about: saga.opening.invoice.description)
                == ["opened", "settled"])
        #expect(try await billing.invoices().count == 1)
        try await billing.end()
    }

    @Test("an undo before its command is done, and the command after it is refused")
    func undoBeforeDo() async throws {
        let billing = try await BillingFixture.make()
        let (apart, together) = (
            PaymentSaga(Samples.opening(of: try Samples.usd(1_050))),
            PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        )
        try await billing.send([try apart.void()])
        try await billing.send([try apart.open()])
        try await billing.send([try together.void(), try together.open()])

        for saga in [apart, together] {
            #expect(try await billing.replies(to: saga) == ["done", "undone-before-done"])
        }
        #expect(try await billing.invoices().isEmpty)
        try await billing.end()
    }

    @Test("a command and its undo in one batch leave a void invoice")
    func openAndVoidTogether() async throws {
        let billing = try await BillingFixture.make()
        let saga = PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        try await billing.send([try saga.open(), try saga.void()])
        #expect(try await billing.invoices()[saga.opening.invoice]?.status == "voided")
        try await billing.end()
    }

    @Test("a settlement that cannot be is an error and rolls its batch back")
    func impossible() async throws {
        let billing = try await BillingFixture.make()
        let (unknown, good) = (
            PaymentSaga(Samples.opening(of: try Samples.usd(1_050))),
            PaymentSaga(Samples.opening(of: try Samples.usd(1_050)))
        )
        await #expect(throws: BillingError.self) {
            try await billing.send([try good.open(), try unknown.settle()])
        }
        #expect(try await billing.invoices().isEmpty)
        try await billing.end()
    }

    @Test("of two payments at once that both need the last of a customer's credit, one is refused")
    func creditUnderConcurrency() async throws {
        let billing = try await BillingFixture.make()
        let account = AccountID()
        _ = try await billing.createCustomer(account: account, limit: 10_000)
        let sagas = try (0..<16).map { _ in
            PaymentSaga(Samples.opening(of: try Samples.usd(1_001), from: account))
        }
        try await withThrowingTaskGroup { group in
            for saga in sagas { group.addTask { try await billing.send([try saga.open()]) } }
            try await group.waitForAll()
        }
        #expect(try await billing.invoices().count == 9)
        try await billing.end()
    }

    @Test("tenants have customers, plans and numbers of their own")
    func tenants() async throws {
        let billing = try await BillingFixture.make()
        let account = AccountID()
        _ = try await billing.createCustomer(account: account, limit: 0, tenant: "other")
        let ours = PaymentSaga(Samples.opening(of: try Samples.usd(1_000), from: account))
        let theirs = PaymentSaga(
            Samples.opening(of: try Samples.usd(1_000), from: account), tenant: "other")

        try await billing.send([try ours.open(), try theirs.open()])

        #expect(try await billing.replies(to: ours) == ["done"])
        #expect(try await billing.replies(to: theirs) == ["credit-limit-exceeded"])
        try await billing.end()
    }
}
