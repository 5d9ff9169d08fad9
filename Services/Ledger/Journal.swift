import Contracts
import Money
import Outbox
import Postgres
import ServiceHost

/// Tells of changes, in their own transaction: an event for whoever listens, and a line of the
/// audit trail with the same content, but for transfers, which tell themselves who posted them.
enum Journal {
    /// CloudEvents source of everything that the ledger says.
    static let source = "/farthing/ledger"

    /// Queues both. Throws `EncodingError`.
    static func append(_ changes: [Change], in tx: borrowing Transaction) throws {
        var events: [Envelope] = []
        var lines: [AuditRow] = []
        for change in changes {
            let (action, event) = change.told
            events.append(try envelope(event, for: change.cause))
            if let action { lines.append(change.line(action, event)) }
        }
        try Outbox.append(events, in: tx)
        try AuditTrail.append(lines, in: tx)
    }

    private static func envelope(_ event: some Event, for cause: Cause) throws -> Envelope {
        try Envelope(
            event, source: source, tenant: cause.tenant, traceparent: cause.traceparent)
    }
}

extension Change {
    /// The line of the audit trail.
    fileprivate func line(_ action: String, _ event: any Event) -> AuditRow {
        AuditRow(
            tenant: cause.tenant, actor: cause.actor, action: action, subject: event.subject,
            requestID: cause.requestID, detail: event)
    }

    /// What the audit trail calls it, `nil` for what tells itself who did it, and the event that
    /// tells of it.
    fileprivate var told: (action: String?, event: any Event) {
        switch kind {
        case .account(let account, let change):
            (
                "account.\(change.rawValue)",
                AccountChanged(
                    account: account.id, change: change, kind: account.kind.rawValue,
                    currency: account.currency)
            )
        case .hold(let hold, let change):
            (
                "hold.\(change.rawValue)",
                HoldChanged(
                    hold: hold.id, account: hold.account, change: change, amount: hold.amount)
            )
        case .transfer(let transfer):
            (
                nil,
                TransferPosted(
                    transfer: transfer.id, payment: transfer.draft.payment,
                    reverses: transfer.draft.reverses,
                    entries: transfer.draft.lines.map {
                        .init(account: $0.account, side: $0.side.rawValue, amount: $0.amount)
                    })
            )
        }
    }
}
