import Contracts
import Money
import TestSupport
import Testing

@testable import Billing

@Suite("The book of a batch", .tags(.unit))
struct InvoiceBookTests {
    var book = InvoiceBook()
    let payer = CustomerID()
    let account = AccountID()

    init() throws { book.add(try Samples.plan(), inForceFor: Samples.tenant) }

    private mutating func register(suspended: Bool = false, limit: Int64? = nil) {
        book.add(
            InvoiceBook.Customer(
                id: payer, tenant: Samples.tenant, account: account, isSuspended: suspended,
                creditLimit: limit))
    }

    private mutating func open(
        _ minorUnits: Int64, by customer: CustomerID? = nil, invoice: InvoiceID = InvoiceID(),
        tenant: String = Samples.tenant
    ) throws -> String {
        let command = Samples.opening(
            of: try Samples.usd(minorUnits), from: account, by: customer, invoice: invoice)
        return code(try book.open(command, of: tenant, saga: SagaID()))
    }

    /// The refusal's code, or what changed.
    private func code(_ verdict: InvoiceBook.Verdict) -> String {
        switch verdict {
        case .changed(_, let change): change.rawValue
        case .unchanged: "unchanged"
        case .refused(let refusal): refusal.code
        }
    }

    @Test("a payer that nobody registered is only bound by the fee plan")
    mutating func unregistered() throws {
        #expect(try open(1_000) == "opened")
        #expect(book.openings.first?.customer == nil)
    }

    @Test("the paying account's customer is the payer unless another is named")
    mutating func payers() throws {
        register()
        let other = InvoiceBook.Customer(
            id: CustomerID(), tenant: Samples.tenant, account: AccountID(), isSuspended: false,
            creditLimit: nil)
        book.add(other)
        #expect(try open(1_000) == "opened")
        #expect(try open(1_000, by: other.id) == "opened")
        #expect(book.openings.map(\.customer) == [payer, other.id])
    }

    @Test("a named customer must be one of the tenant")
    mutating func unknownCustomer() throws {
        register()
        #expect(try open(1_000, by: CustomerID()) == "customer-unknown")
        #expect(try open(1_000, by: payer, tenant: "other") == "customer-unknown")
        #expect(try open(1_000, by: payer) == "opened")
    }

    @Test("a suspended customer is refused, named or not")
    mutating func suspended() throws {
        register(suspended: true)
        #expect(try open(1_000) == "customer-suspended")
        #expect(try open(1_000, by: payer) == "customer-suspended")
    }

    @Test("open invoices use credit to the last minor unit, and their end gives it back")
    mutating func credit() throws {
        register(limit: 2_000)
        book.add(creditUsed: try Samples.usd(500), by: payer)
        let invoice = InvoiceID()
        #expect(try open(1_501) == "credit-limit-exceeded")
        #expect(try open(1_500, invoice: invoice) == "opened")
        #expect(try open(100) == "credit-limit-exceeded")

        _ = try book.void(VoidInvoice(invoice: invoice, key: "k"), of: Samples.tenant)
        #expect(try open(1_500) == "opened")
        #expect(try open(100) == "credit-limit-exceeded")
    }

    @Test("a customer without credit can have no open invoice")
    mutating func noCredit() throws {
        register(limit: 0)
        #expect(try open(100) == "credit-limit-exceeded")
    }

    @Test("credit in one currency is not used by another")
    mutating func currencies() throws {
        register(limit: 1_000)
        book.add(
            creditUsed: Money(1_000, try #require(Currency("EUR"))), by: payer)
        #expect(try open(1_000) == "opened")
    }

    @Test("without a plan for the tenant's currency there is no invoice")
    mutating func planMissing() throws {
        let euros = Samples.opening(of: Money(1_000, try #require(Currency("EUR"))))
        #expect(
            code(try book.open(euros, of: Samples.tenant, saga: SagaID())) == "fee-plan-missing")
        #expect(try open(1_000, tenant: "other") == "fee-plan-missing")
    }

    @Test("fee and tax may take the whole payment, but not a minor unit more")
    mutating func feeExceedsAmount() throws {
        // 2.90 % of 38 is 1; with 30 and a tax of 6 that is 37.
        #expect(try open(38) == "opened")
        #expect(try open(37) == "opened")
        #expect(try open(36) == "fee-exceeds-amount")
        #expect(try open(1) == "fee-exceeds-amount")
    }

    @Test("numbers are given in the order of the commands, and to nothing else")
    mutating func numbers() throws {
        let ids = [InvoiceID(), InvoiceID(), InvoiceID()]
        for id in ids { _ = try open(1_000, invoice: id) }
        for id in [ids[2], ids[0]] {
            let verdict = try book.settle(SettleInvoice(invoice: id, key: "k"), of: Samples.tenant)
            #expect(verdict == .changed(id, .settled))
        }

        book.number(Samples.tenant, upTo: 42)

        #expect(try book.givenNumber(of: ids[2]) == 41)
        #expect(try book.givenNumber(of: ids[0]) == 42)
        #expect(throws: BillingError.self) { try book.givenNumber(of: ids[1]) }
    }

    @Test("an end repeated changes nothing, and the other end is an error")
    mutating func ends() throws {
        let (kept, dropped) = (InvoiceID(), InvoiceID())
        for id in [kept, dropped] { _ = try open(1_000, invoice: id) }
        let settle = SettleInvoice(invoice: kept, key: "k")
        let void = VoidInvoice(invoice: dropped, key: "k")
        for expected in [true, false] {
            let settled = try book.settle(settle, of: Samples.tenant)
            let voided = try book.void(void, of: Samples.tenant)
            #expect(settled == (expected ? .changed(kept, .settled) : .unchanged(kept)))
            #expect(voided == (expected ? .changed(dropped, .voided) : .unchanged(dropped)))
        }
        #expect(throws: BillingError.self) {
            try book.void(VoidInvoice(invoice: kept, key: "k"), of: Samples.tenant)
        }
        #expect(throws: BillingError.self) {
            try book.settle(SettleInvoice(invoice: dropped, key: "k"), of: Samples.tenant)
        }
    }

    @Test("what was never opened is void already, and cannot be settled")
    mutating func unknownInvoice() throws {
        let id = InvoiceID()
        #expect(
            try book.void(VoidInvoice(invoice: id, key: "k"), of: Samples.tenant) == .unchanged(id))
        #expect(throws: BillingError.self) {
            try book.settle(SettleInvoice(invoice: id, key: "k"), of: Samples.tenant)
        }
    }
}
