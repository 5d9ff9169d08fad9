import Contracts
import Outbox
import Postgres
import ServiceHost

/// Billing's part in the payment saga: opens, voids and settles invoices, a batch at a time.
///
/// Load, decide, write: `InvoiceBook` is loaded with the rows that the batch names, each command is
/// decided in order against it, and the changes are written by a few set-based statements.
struct InvoiceCommands: Sendable {
    private let participant = Participant(
        source: Billing.source, replyTopic: Topic.paymentReplies.rawValue)

    /// Answers a batch of `billing.commands.v1`. Throws what makes a command impossible to carry
    /// out (`DecodingError`, `BillingError`, `OutboxError`) and `PostgresError`.
    func handle(_ commands: [Envelope], in tx: borrowing Transaction) throws {
        try participant.handle(commands, in: tx) { fresh in try Self.apply(fresh, in: tx) }
    }

    private static func apply(
        _ envelopes: [Envelope], in tx: borrowing Transaction
    ) throws -> [AnyReply] {
        let commands = try envelopes.map { try InvoiceCommand($0) }
        var book = try InvoiceBook(for: commands, in: tx)
        let verdicts = try commands.map { try book.decide($0) }

        try book.writeOpenedAndVoided(in: tx)
        try book.settle(in: tx)

        try tell(zip(commands, verdicts), from: book, in: tx)
        return try zip(commands, verdicts).map { try $0.reply($1, from: book) }
    }

    /// An event and an audit row for each invoice that changed.
    private static func tell(
        _ decided: Zip2Sequence<[InvoiceCommand], [InvoiceBook.Verdict]>, from book: InvoiceBook,
        in tx: borrowing Transaction
    ) throws {
        var envelopes: [Envelope] = []
        var audit: [AuditRow] = []
        for (command, verdict) in decided {
            guard case .changed(let id, let change) = verdict else { continue }
            let invoice = try book.known(id)
            let event = InvoiceChanged(
                invoice: id, payment: invoice.payment, change: change, fee: invoice.fee,
                tax: invoice.tax, number: change == .settled ? invoice.number : nil)
            envelopes.append(
                try Envelope(
                    event, source: Billing.source, tenant: command.tenant,
                    traceparent: command.traceparent))
            audit.append(
                AuditRow(
                    tenant: command.tenant, actor: command.saga.description,
                    action: "invoice.\(change.rawValue)", subject: id.description, detail: event))
        }
        try Outbox.append(envelopes, in: tx)
        try AuditTrail.append(audit, in: tx)
    }
}
