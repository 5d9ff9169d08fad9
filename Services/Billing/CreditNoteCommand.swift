import Contracts

/// A command about a credit note, and whose it is.
struct CreditNoteCommand: Sendable {
    enum Kind: Sendable {
        case open(OpenCreditNote)
        case void(VoidCreditNote)
        case settle(SettleCreditNote)
    }

    let kind: Kind
    let tenant: String
    let saga: SagaID
    let traceparent: String?

    /// Reads a command; `nil` if it is about something else. Throws `DecodingError`, and
    /// `BillingError` for one that names no saga.
    init?(_ envelope: Envelope) throws {
        switch envelope.type {
        case OpenCreditNote.type: kind = .open(try envelope.decode())
        case VoidCreditNote.type: kind = .void(try envelope.decode())
        case SettleCreditNote.type: kind = .settle(try envelope.decode())
        default: return nil
        }
        guard let address = envelope.saga else {
            throw BillingError(.notACommand, "\(envelope.type) \(envelope.id) names no saga")
        }
        tenant = envelope.tenant
        saga = address.saga
        traceparent = envelope.traceparent
    }

    /// Writes the answer down, once the book's settled credit notes have their numbers.
    func reply(_ verdict: CreditNoteBook.Verdict, from book: CreditNoteBook) throws -> AnyReply {
        switch kind {
        case .open(let command):
            if case .refused(let refusal) = verdict {
                return try .answer(OpenCreditNote.self, .refused(refusal))
            }
            let note = try book.known(command.creditNote)
            let done = OpenCreditNote.Done(creditNote: note.id, fee: note.fee, tax: note.tax)
            return try .answer(OpenCreditNote.self, .done(done))
        case .void:
            return try .answer(VoidCreditNote.self, .done(Nothing()))
        case .settle(let command):
            guard let number = try book.known(command.creditNote).number else {
                throw BillingError(.unknownInvoice, "\(command.creditNote) has no number")
            }
            return try .answer(SettleCreditNote.self, .done(SettleCreditNote.Done(number: number)))
        }
    }

    /// What others and the audit trail are told of a change; `nil` if nothing changed.
    func told(
        _ verdict: CreditNoteBook.Verdict, from book: CreditNoteBook
    ) throws -> CreditNoteChanged? {
        guard case .changed(let id, let change) = verdict else { return nil }
        let note = try book.known(id)
        return CreditNoteChanged(
            creditNote: id, invoice: note.invoice, payment: note.payment, refund: note.refund,
            change: change, amount: note.amount, fee: note.fee, tax: note.tax,
            number: change == .settled ? note.number : nil)
    }
}
