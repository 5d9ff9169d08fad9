import Contracts
import Money
import Outbox
import Postgres
import ServiceHost

/// Tells of changes, in their own transaction: an event for whoever listens, and a line of the
/// audit trail, but for transfers, which tell themselves who posted them.
enum Journal {
    /// CloudEvents source of everything that the ledger says.
    static let source = "/farthing/ledger"

    /// Queues both. Throws `EncodingError`.
    static func append(_ changes: [Change], in tx: borrowing Transaction) throws {
        var events: [Envelope] = []
        var lines: [AuditRow] = []
        for change in changes {
            let told = change.told
            events.append(try envelope(told.event, for: change.cause))
            if let line = told.line(for: change.cause) { lines.append(line) }
        }
        try Outbox.append(events, in: tx)
        try AuditTrail.append(lines, in: tx)
    }

    private static func envelope(_ event: some Event, for cause: Cause) throws -> Envelope {
        try Envelope(
            event, source: source, tenant: cause.tenant, traceparent: cause.traceparent)
    }
}

/// What is told of a change.
private struct Told {
    let event: any Event
    /// What the audit trail calls it; `nil` for what tells itself who did it.
    var action: String?
    /// What the audit trail says of it, if not what the event says.
    var detail: (any Encodable & Sendable)?

    func line(for cause: Cause) -> AuditRow? {
        guard let action else { return nil }
        let detail: any Encodable & Sendable = detail ?? event
        return AuditRow(
            tenant: cause.tenant, actor: cause.actor, action: action, subject: event.subject,
            requestID: cause.requestID, detail: detail)
    }
}

extension Change {
    fileprivate var told: Told {
        switch kind {
        case .account(let account, let change):
            return Told(
                event: AccountChanged(account, change), action: "account.\(change.rawValue)")
        case .terms(let account, let before, let after):
            let event = AccountChanged(account, .updated)
            return Told(
                event: event, action: "account.updated",
                detail: ChangedTerms(event: event, before: before, after: after))
        case .hold(let hold, let change):
            return Told(
                event: HoldChanged(
                    hold: hold.id, account: hold.account, change: change, amount: hold.amount),
                action: "hold.\(change.rawValue)")
        case .transfer(let transfer):
            return Told(
                event: TransferPosted(
                    transfer: transfer.id, payment: transfer.draft.payment,
                    reverses: transfer.draft.reverses,
                    entries: transfer.draft.lines.map {
                        .init(account: $0.account, side: $0.side.rawValue, amount: $0.amount)
                    }))
        }
    }
}

extension AccountChanged {
    fileprivate init(_ account: Account, _ change: Change) {
        self.init(
            account: account.id, change: change, kind: account.kind.rawValue,
            currency: account.currency)
    }
}
