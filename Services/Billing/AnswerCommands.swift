import Contracts
import Outbox
import Postgres
import ServiceHost

/// Billing as a participant of other services' sagas: opens, voids and settles invoices and credit
/// notes, a batch at a time.
///
/// Load, decide, write: the books are loaded with the rows that the batch names, each command is
/// decided in order against them, and the changes are written by a few set-based statements. Rows
/// are locked in one order, customers, invoices, credit notes, then the counters, so that batches
/// wait for each other and do not deadlock.
struct AnswerCommands: Sendable {
    /// Settling cannot be undone and is never refused for good.
    let participant = Participant(
        source: Billing.source, replyTopic: Topic.paymentReplies.rawValue,
        neverFinal: [SettleInvoice.type, SettleCreditNote.type])

    /// A command and what it came to.
    private enum Decided {
        case invoice(InvoiceCommand, InvoiceBook.Verdict)
        case creditNote(CreditNoteCommand, CreditNoteBook.Verdict)
    }

    private enum Asked {
        case invoice(InvoiceCommand)
        case creditNote(CreditNoteCommand)
    }

    /// Answers a batch of `billing.commands.v1`. Throws what makes a command impossible to carry
    /// out (`DecodingError`, `BillingError`, `OutboxError`) and `PostgresError`.
    func handle(_ commands: [Envelope], in tx: borrowing Transaction) throws {
        try participant.handle(commands, in: tx) { fresh in try Self.apply(fresh, in: tx) }
    }

    private static func apply(
        _ envelopes: [Envelope], in tx: borrowing Transaction
    ) throws -> [AnyReply] {
        let asked = try envelopes.map { envelope in
            if let command = try CreditNoteCommand(envelope) {
                Asked.creditNote(command)
            } else {
                Asked.invoice(try InvoiceCommand(envelope))
            }
        }
        let credits = asked.compactMap {
            if case .creditNote(let command) = $0 { command } else { nil }
        }
        var invoices = try InvoiceBook(
            for: asked.compactMap { if case .invoice(let command) = $0 { command } else { nil } },
            crediting: credits.compactMap(\.credited), in: tx)
        var notes = try CreditNoteBook(for: credits, in: tx)

        let decided = try asked.map { command in
            switch command {
            case .invoice(let command):
                Decided.invoice(command, try invoices.decide(command))
            case .creditNote(let command):
                Decided.creditNote(command, try notes.decide(command, beside: invoices))
            }
        }
        try invoices.writeOpenedAndVoided(in: tx)
        try notes.writeOpenedAndVoided(in: tx)
        try invoices.settle(in: tx)
        try notes.settle(in: tx)

        try tell(decided, from: invoices, notes, in: tx)
        return try decided.map { command in
            switch command {
            case .invoice(let command, let verdict): try command.reply(verdict, from: invoices)
            case .creditNote(let command, let verdict): try command.reply(verdict, from: notes)
            }
        }
    }

    /// An event and an audit row for each invoice and credit note that changed.
    private static func tell(
        _ decided: [Decided], from invoices: InvoiceBook, _ notes: CreditNoteBook,
        in tx: borrowing Transaction
    ) throws {
        var told = Told()
        for command in decided {
            switch command {
            case .invoice(let command, let verdict):
                guard let event = try command.told(verdict, from: invoices) else { continue }
                try told.append(
                    event, "invoice.\(event.change.rawValue)", tenant: command.tenant,
                    saga: command.saga, traceparent: command.traceparent)
            case .creditNote(let command, let verdict):
                guard let event = try command.told(verdict, from: notes) else { continue }
                try told.append(
                    event, "credit-note.\(event.change.rawValue)", tenant: command.tenant,
                    saga: command.saga, traceparent: command.traceparent)
            }
        }
        try Outbox.append(told.envelopes, in: tx)
        try AuditTrail.append(told.audit, in: tx)
    }

    /// What a batch has to say, to others and to the audit trail.
    private struct Told {
        var envelopes: [Envelope] = []
        var audit: [AuditRow] = []

        mutating func append(
            _ event: some Event, _ action: String, tenant: String, saga: SagaID,
            traceparent: String?
        ) throws {
            envelopes.append(
                try Envelope(
                    event, source: Billing.source, tenant: tenant, traceparent: traceparent))
            audit.append(
                AuditRow(
                    tenant: tenant, actor: saga.description, action: action,
                    subject: event.subject, detail: event))
        }
    }
}

extension CreditNoteCommand {
    /// The invoice that is to give back something.
    fileprivate var credited: InvoiceID? {
        if case .open(let command) = kind { command.invoice } else { nil }
    }
}
