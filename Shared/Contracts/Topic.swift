/// The topics of the bus: who asks, who answers, who tells.
///
/// The names carry the version of what they hold; within v1 changes are additive.
public enum Topic: String, CaseIterable, Sendable {
    case ledgerCommands = "ledger.commands.v1"
    case billingCommands = "billing.commands.v1"
    case paymentReplies = "payment.replies.v1"
    case paymentEvents = "payment.events.v1"
    case billingEvents = "billing.events.v1"
    case ledgerEvents = "ledger.events.v1"
}
