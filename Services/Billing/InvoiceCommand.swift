import Contracts

/// A command that billing carries out, and whose it is.
struct InvoiceCommand: Sendable {
    enum Kind: Sendable {
        case open(OpenInvoice)
        case void(VoidInvoice)
        case settle(SettleInvoice)
    }

    let kind: Kind
    let tenant: String
    let saga: SagaID
    let traceparent: String?

    /// Reads a command. Throws `DecodingError`, or `BillingError` for what is none of billing's.
    init(_ envelope: Envelope) throws {
        kind =
            switch envelope.type {
            case OpenInvoice.type: .open(try envelope.decode())
            case VoidInvoice.type: .void(try envelope.decode())
            case SettleInvoice.type: .settle(try envelope.decode())
            default:
                throw BillingError(.unknownCommand, "\(envelope.type) is not for billing")
            }
        guard let address = envelope.saga else {
            throw BillingError(.notACommand, "\(envelope.type) \(envelope.id) names no saga")
        }
        tenant = envelope.tenant
        saga = address.saga
        traceparent = envelope.traceparent
    }

    /// Writes the answer down, once the book's settled invoices have their numbers.
    func reply(_ verdict: InvoiceBook.Verdict, from book: InvoiceBook) throws -> AnyReply {
        switch kind {
        case .open(let command):
            if case .refused(let refusal) = verdict {
                return try .answer(OpenInvoice.self, .refused(refusal))
            }
            let invoice = try book.known(command.invoice)
            let done = OpenInvoice.Done(invoice: invoice.id, fee: invoice.fee, tax: invoice.tax)
            return try .answer(OpenInvoice.self, .done(done))
        case .void:
            return try .answer(VoidInvoice.self, .done(Nothing()))
        case .settle(let command):
            let number = try book.givenNumber(of: command.invoice)
            return try .answer(SettleInvoice.self, .done(SettleInvoice.Done(number: number)))
        }
    }
}

extension InvoiceCommand {
    /// What others and the audit trail are told of a change; `nil` if nothing changed.
    func told(_ verdict: InvoiceBook.Verdict, from book: InvoiceBook) throws -> InvoiceChanged? {
        guard case .changed(let id, let change) = verdict else { return nil }
        let invoice = try book.known(id)
        return InvoiceChanged(
            invoice: id, payment: invoice.payment, change: change, fee: invoice.fee,
            tax: invoice.tax, number: change == .settled ? invoice.number : nil)
    }
}

extension InvoiceBook {
    /// An invoice that was decided about. Throws `.unknownInvoice` if it is not in the book.
    func known(_ id: InvoiceID) throws(BillingError) -> Invoice {
        guard let invoice = invoices[id] else {
            throw BillingError(.unknownInvoice, "\(id) is not in the book")
        }
        return invoice
    }

    /// The number of a settled invoice. Throws `.unknownInvoice` if it has none.
    func givenNumber(of id: InvoiceID) throws(BillingError) -> Int64 {
        guard let number = try known(id).number else {
            throw BillingError(.unknownInvoice, "\(id) has no number")
        }
        return number
    }
}
