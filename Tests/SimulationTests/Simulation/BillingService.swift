import Contracts
import FoundationEssentials
import Money
import Outbox

@testable import Billing
@testable import Outbox

/// Billing: the real rules of invoices and credit notes on tables in memory.
final class BillingService: ParticipatingService {
    let topic = Topic.billingCommands
    let participant = AnswerCommands().participant
    let forgets: Set<Barrier.Answer.Outcome>
    var tables = ServiceTables()

    private(set) var invoices = Table<InvoiceID, InvoiceBook.Invoice>()
    private(set) var notes = Table<CreditNoteID, CreditNoteBook.CreditNote>()
    /// How often each invoice and credit note was opened.
    private(set) var openings = Table<String, Int>()
    private var customers = Table<AccountID, InvoiceBook.Customer>()
    /// Open amounts of each paying customer.
    private var used = Table<CustomerID, Int64>()
    /// What live credit notes give back of each invoice.
    private var given = Table<InvoiceID, PaymentParts>()
    /// The last numbers of invoices and of credit notes.
    private var counters = Table<String, Int64>()
    private let plan: FeePlan

    static let tenant = "acme"

    init(_ currency: Currency, forgets: Set<Barrier.Answer.Outcome> = []) {
        self.forgets = forgets
        plan = FeePlan(
            id: FeePlanID(), currency: currency, percentBp: 290, fixed: 30, taxBp: 1900,
            createdAt: Date(timeIntervalSince1970: 0))
    }

    /// Registers who pays from an account, or changes what is known of it.
    func register(payerOf account: AccountID, isSuspended: Bool, creditLimit: Int64?) {
        let id = customers[account]?.id ?? CustomerID()
        customers[account] = InvoiceBook.Customer(
            id: id, tenant: Self.tenant, account: account, isSuspended: isSuspended,
            creditLimit: creditLimit)
        commit()
    }

    func suspend(_ isSuspended: Bool, payerOf account: AccountID) {
        register(
            payerOf: account, isSuspended: isSuspended,
            creditLimit: customers[account]?.creditLimit)
    }

    func commitBusiness() {
        invoices.commit()
        notes.commit()
        openings.commit()
        customers.commit()
        used.commit()
        given.commit()
        counters.commit()
    }

    func rollBackBusiness() {
        invoices.rollBack()
        notes.rollBack()
        openings.rollBack()
        customers.rollBack()
        used.rollBack()
        given.rollBack()
        counters.rollBack()
    }

    func apply(_ envelopes: [Envelope]) throws -> [AnyReply] {
        try envelopes.map { envelope in
            if let command = try CreditNoteCommand(envelope) { return try answer(command) }
            return try answer(try InvoiceCommand(envelope))
        }
    }
}

// MARK: - Invoices

extension BillingService {
    private func answer(_ command: InvoiceCommand) throws -> AnyReply {
        var book = InvoiceBook()
        book.add(plan, inForceFor: Self.tenant)
        switch command.kind {
        case .open(let open):
            if let customer = customers[open.source] {
                book.add(customer)
                let used = used[customer.id, default: 0]
                book.add(creditUsed: Money(used, plan.currency), by: customer.id)
            }
        case .void(let void): if let invoice = invoices[void.invoice] { book.add(invoice) }
        case .settle(let settle): if let invoice = invoices[settle.invoice] { book.add(invoice) }
        }
        let verdict = try book.decide(command)
        let settled = book.settled[Self.tenant, default: []]
        book.number(Self.tenant, upTo: take(settled.count, "invoices"))
        record(book, settled)
        return try command.reply(verdict, from: book)
    }

    private func record(_ book: InvoiceBook, _ settled: [InvoiceID]) {
        for opening in book.openings {
            openings[opening.command.invoice.description, default: 0] += 1
            use(opening.command.amount.minorUnits, of: opening.customer)
        }
        for id in book.voided + settled {
            if let invoice = book.invoices[id] {
                use(-invoice.amount.minorUnits, of: invoice.customer)
            }
        }
        for id in book.openings.map(\.command.invoice) + book.voided + settled {
            invoices[id] = book.invoices[id]
        }
    }

    private func use(_ minorUnits: Int64, of customer: CustomerID?) {
        if let customer { used[customer, default: 0] += minorUnits }
    }

    /// Takes numbers from a counter; tells the last one.
    private func take(_ count: Int, _ counter: String) -> Int64 {
        counters[counter, default: 0] += Int64(count)
        return counters[counter, default: 0]
    }
}

// MARK: - Credit notes

extension BillingService {
    private func answer(_ command: CreditNoteCommand) throws -> AnyReply {
        var invoiceBook = InvoiceBook()
        var book = CreditNoteBook()
        switch command.kind {
        case .open(let open):
            if let invoice = invoices[open.invoice] { invoiceBook.add(invoice) }
            book.add(given: given[open.invoice, default: PaymentParts()], of: open.invoice)
        case .void(let void): if let note = notes[void.creditNote] { book.add(note) }
        case .settle(let settle): if let note = notes[settle.creditNote] { book.add(note) }
        }
        let verdict = try book.decide(command, beside: invoiceBook)
        let settled = book.settled[Self.tenant, default: []]
        book.number(Self.tenant, upTo: take(settled.count, "credit notes"))
        record(book, settled)
        return try command.reply(verdict, from: book)
    }

    private func record(_ book: CreditNoteBook, _ settled: [CreditNoteID]) {
        for opening in book.openings {
            let note = opening.note
            openings[note.id.description, default: 0] += 1
            given[note.invoice] = given[note.invoice, default: PaymentParts()] + PaymentParts(note)
        }
        for id in book.voided {
            guard let note = book.notes[id] else { continue }
            given[note.invoice] = given[note.invoice, default: PaymentParts()] - PaymentParts(note)
        }
        for id in book.openings.map(\.note.id) + book.voided + settled {
            notes[id] = book.notes[id]
        }
    }
}
