import Contracts
import Money

/// The credit notes of one batch of commands: what they touch, and what becomes of it. Pure.
///
/// Works beside `InvoiceBook`, which holds the locked invoices that credit notes give back from.
struct CreditNoteBook {
    /// A credit note as far as commands care.
    struct CreditNote: Sendable {
        let id: CreditNoteID
        let tenant: String
        let refund: RefundID
        let payment: PaymentID
        let invoice: InvoiceID
        let amount: Money
        let fee: Money
        let tax: Money
        var status: InvoiceBook.Invoice.Status
        var number: Int64?
    }

    /// A credit note to insert.
    struct Opening: Sendable {
        let note: CreditNote
        let saga: SagaID
    }

    /// What a command came to.
    enum Verdict: Equatable, Sendable {
        case changed(CreditNoteID, CreditNoteChanged.Change)
        /// Done before, or nothing to do.
        case unchanged(CreditNoteID)
        case refused(Refusal)
    }

    private(set) var notes: [CreditNoteID: CreditNote] = [:]
    /// What the open and the settled credit notes of an invoice give back together.
    private var given: [InvoiceID: PaymentParts] = [:]

    private(set) var openings: [Opening] = []
    private(set) var voided: [CreditNoteID] = []
    /// By tenant, in the order of their commands: the order of their numbers.
    private(set) var settled: [String: [CreditNoteID]] = [:]
}

// MARK: - Loading

extension CreditNoteBook {
    mutating func add(_ note: CreditNote) {
        notes[note.id] = note
    }

    mutating func add(given parts: PaymentParts, of invoice: InvoiceID) {
        given[invoice] = parts
    }
}

// MARK: - Deciding

extension CreditNoteBook {
    /// Decides a command of a tenant. Throws `BillingError` for one that should never have been
    /// sent.
    mutating func decide(
        _ command: CreditNoteCommand, beside invoices: InvoiceBook
    ) throws(BillingError) -> Verdict {
        switch command.kind {
        case .open(let open):
            return self.open(
                open, from: invoices.invoice(open.invoice, of: command.tenant), for: command)
        case .void(let void): return try self.void(void.creditNote, of: command.tenant)
        case .settle(let settle): return try self.settle(settle.creditNote, of: command.tenant)
        }
    }

    /// Works out what goes back of fee and tax. A suspended customer gets its money back as well.
    private mutating func open(
        _ command: OpenCreditNote, from invoice: InvoiceBook.Invoice?, for cause: CreditNoteCommand
    ) -> Verdict {
        guard let invoice, invoice.payment == command.payment else {
            return .refused(
                Refusal(.invoiceUnknown, "The payment has no invoice \(command.invoice)."))
        }
        guard invoice.status == .settled else {
            return .refused(
                Refusal(.invoiceNotSettled, "Invoice \(invoice.id) is \(invoice.status)."))
        }
        let currency = invoice.amount.currency
        guard command.amount.currency == currency else {
            return .refused(
                Refusal(.currencyMismatch, "Invoice \(invoice.id) is in \(currency)."))
        }
        let before = given[invoice.id] ?? PaymentParts()
        let amount = command.amount.minorUnits
        guard amount >= 1, amount <= invoice.parts.amount - before.amount else {
            return .refused(
                Refusal(
                    .creditExceedsInvoice,
                    "Credit notes would give back more than invoice \(invoice.id) is about."))
        }
        let parts = invoice.parts.giving(back: amount, after: before)
        given[invoice.id] = before + parts
        let note = CreditNote(
            id: command.creditNote, tenant: cause.tenant, refund: command.refund,
            payment: command.payment, invoice: invoice.id, amount: command.amount,
            fee: Money(parts.fee, currency), tax: Money(parts.tax, currency), status: .open)
        add(note)
        openings.append(Opening(note: note, saga: cause.saga))
        return .changed(note.id, .opened)
    }

    /// Nothing to void is done as well: the barrier sees to it that the credit note cannot be
    /// opened later.
    private mutating func void(
        _ id: CreditNoteID, of tenant: String
    ) throws(BillingError) -> Verdict {
        guard let note = note(id, of: tenant) else { return .unchanged(id) }
        switch note.status {
        case .open:
            notes[id]?.status = .voided
            voided.append(id)
            let parts = PaymentParts(note)
            given[note.invoice] = (given[note.invoice] ?? parts) - parts
            return .changed(id, .voided)
        case .voided: return .unchanged(id)
        case .settled:
            throw BillingError(.invoiceEnded, "\(id) is settled and cannot be voided")
        }
    }

    /// Its number comes later: numbers are taken last, when everything else is written.
    private mutating func settle(
        _ id: CreditNoteID, of tenant: String
    ) throws(BillingError) -> Verdict {
        guard let note = note(id, of: tenant) else {
            throw BillingError(.unknownInvoice, "\(id) was never opened")
        }
        switch note.status {
        case .open:
            notes[id]?.status = .settled
            settled[tenant, default: []].append(id)
            return .changed(id, .settled)
        case .settled: return .unchanged(id)
        case .voided:
            throw BillingError(.invoiceEnded, "\(id) is voided and cannot be settled")
        }
    }

    private func note(_ id: CreditNoteID, of tenant: String) -> CreditNote? {
        notes[id].flatMap { $0.tenant == tenant ? $0 : nil }
    }

    /// Numbers the settled credit notes of a tenant, the last of which gets `last`.
    mutating func number(_ tenant: String, upTo last: Int64) {
        let ids = settled[tenant, default: []]
        var number = last - Int64(ids.count)
        for id in ids {
            number += 1
            notes[id]?.number = number
        }
    }

    /// A credit note that was decided about. Throws `.unknownInvoice` if it is not in the book.
    func known(_ id: CreditNoteID) throws(BillingError) -> CreditNote {
        guard let note = notes[id] else {
            throw BillingError(.unknownInvoice, "\(id) is not in the book")
        }
        return note
    }
}

extension PaymentParts {
    init(_ note: CreditNoteBook.CreditNote) {
        self.init(
            fee: note.fee.minorUnits, tax: note.tax.minorUnits,
            net: note.amount.minorUnits - note.fee.minorUnits - note.tax.minorUnits)
    }
}

extension InvoiceBook.Invoice {
    /// What its payment is made of.
    var parts: PaymentParts {
        PaymentParts(
            fee: fee.minorUnits, tax: tax.minorUnits,
            net: amount.minorUnits - fee.minorUnits - tax.minorUnits)
    }
}
