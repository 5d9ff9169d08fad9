import Contracts
import TestSupport
import Testing

@testable import Farthing

/// What three databases may tell of one saga, without a database.
@Suite("The agreement of three databases", .tags(.unit))
struct SagaAgreementTests {
    private let saga = SagaID()

    @Test("on a success: hold, transfer, invoice and amounts belong together")
    func success() {
        #expect(check(.success()) == [])
        #expect(check(.success(fee: 0, tax: 0)) == [])
        #expect(check(.success(amount: 10, fee: 8, tax: 2)) == [])
    }

    @Test("on a success that pays the operator's own fee account")
    func payeeIsTheOperator() {
        var facts = SagaFacts.success()
        let fees = facts.lines[2].account
        facts.payment?.destination = fees
        facts.lines[1].account = fees
        #expect(check(facts) == [])
    }

    @Test("is broken by a fee that nobody got")
    func missingFee() {
        var facts = SagaFacts.success()
        facts.lines.remove(at: 2)
        #expect(check(facts) == ["succeeded-payments-are-complete"])
    }

    @Test("is broken by a fee that somebody else got")
    func misdirectedFee() {
        var facts = SagaFacts.success()
        facts.lines[2].account = AccountID()
        facts.lines[2].role = nil
        #expect(check(facts) == ["succeeded-payments-are-complete"])
    }

    @Test("is broken by a second transfer")
    func twice() {
        var facts = SagaFacts.success()
        facts.lines += SagaFacts.success().lines.map { line in
            var line = line
            line.payment = facts.payment?.id
            return line
        }
        #expect(check(facts).contains("succeeded-payments-are-complete"))
    }

    @Test("is broken by a hold or an invoice that is still open")
    func open() {
        var facts = SagaFacts.success()
        facts.holds[0].status = "open"
        facts.invoices[0].status = "open"
        #expect(check(facts) == Array(repeating: "succeeded-payments-are-complete", count: 2))
    }

    @Test("is broken by effects of another tenant, payment, account or amount")
    func identity() {
        var facts = SagaFacts.success()
        facts.holds[0].tenant = "mallory"
        #expect(check(facts) == ["effects-match-their-payment"])
        facts = .success()
        facts.holds[0].account = AccountID()
        #expect(check(facts) == ["effects-match-their-payment"])
        facts = .success()
        facts.invoices[0].payment = PaymentID()
        #expect(check(facts) == ["effects-match-their-payment"])
        facts = .success()
        facts.invoices[0].amount += 1
        #expect(check(facts) == ["effects-match-their-payment"])
    }

    @Test("on a failure: nothing is left, or everything was undone")
    func failure() {
        var facts = SagaFacts.failure()
        #expect(check(facts) == [])
        facts.holds = []
        facts.invoices = []
        #expect(check(facts) == [])
    }

    @Test("is broken by anything that a failure left behind")
    func leftovers() {
        for status in ["open", "posted"] {
            var facts = SagaFacts.failure()
            facts.holds[0].status = status
            #expect(check(facts) == ["failed-payments-leave-nothing"])
        }
        for status in ["open", "settled"] {
            var facts = SagaFacts.failure()
            facts.invoices[0].status = status
            #expect(check(facts) == ["failed-payments-leave-nothing"])
        }
        var facts = SagaFacts.failure()
        facts.lines = SagaFacts.success().lines.map { line in
            var line = line
            line.payment = facts.payment?.id
            return line
        }
        #expect(check(facts) == ["failed-payments-leave-nothing"])
    }

    @Test("is not asked for while a payment is under way")
    func processing() {
        var facts = SagaFacts.success()
        facts.payment?.status = "processing"
        #expect(check(facts) == [])
        facts.invoices = []
        #expect(check(facts) == [])
    }

    @Test("is broken by effects of a saga that does not exist")
    func orphans() {
        var facts = SagaFacts.success()
        facts.payment = nil
        #expect(check(facts) == ["no-orphans", "no-orphans", "no-orphans"])
    }

    private func check(_ facts: SagaFacts) -> [String] {
        SagaAgreement.findings(saga, facts).map(\.check)
    }
}

extension SagaFacts {
    /// A payment that succeeded, as all three tell it.
    fileprivate static func success(
        amount: Int64 = 1050, fee: Int64 = 45, tax: Int64 = 9
    ) -> SagaFacts {
        var facts = begun(amount: amount)
        guard let payment = facts.payment else { return facts }
        let transfer = TransferID()
        facts.holds[0].status = "posted"
        facts.invoices[0].status = "settled"
        facts.invoices[0].fee = fee
        facts.invoices[0].tax = tax
        facts.payment?.status = "succeeded"
        facts.payment?.fee = fee
        facts.payment?.tax = tax
        facts.payment?.transfer = transfer
        facts.payment?.invoice = facts.invoices[0].id
        let lines: [(AccountID, String?, String, Int64)] = [
            (payment.source, nil, "debit", amount),
            (payment.destination, nil, "credit", amount - fee - tax),
            (AccountID(), "fees", "credit", fee), (AccountID(), "tax", "credit", tax),
        ]
        facts.lines = lines.filter { $0.3 > 0 }.map { account, role, side, amount in
            Line(
                transfer: transfer, tenant: "acme", payment: payment.id, account: account,
                role: role, side: side, amount: amount, currency: "USD")
        }
        return facts
    }

    /// A payment that failed after hold and invoice, and was undone.
    fileprivate static func failure() -> SagaFacts {
        var facts = begun(amount: 1050)
        facts.payment?.status = "failed"
        facts.holds[0].status = "voided"
        facts.invoices[0].status = "voided"
        return facts
    }

    private static func begun(amount: Int64) -> SagaFacts {
        let (payment, source) = (PaymentID(), AccountID())
        return SagaFacts(
            payment: Payment(
                id: payment, tenant: "acme", status: "processing", amount: amount,
                currency: "USD", source: source, destination: AccountID()),
            holds: [
                Hold(
                    id: HoldID(), tenant: "acme", payment: payment, account: source,
                    amount: amount, currency: "USD", status: "open")
            ],
            invoices: [
                Invoice(
                    id: InvoiceID(), tenant: "acme", payment: payment, amount: amount,
                    currency: "USD", fee: 0, tax: 0, status: "open")
            ])
    }
}
