/// A topic of the bus: where one kind of message goes.
///
/// Farthing's own are named here, for who asks, who answers and who tells; a system that builds on
/// these libraries adds its own with an extension. The names carry the version of what they hold;
/// within v1 changes are additive.
public struct Topic: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public static let ledgerCommands = Topic(rawValue: "ledger.commands.v1")
    public static let billingCommands = Topic(rawValue: "billing.commands.v1")
    public static let paymentReplies = Topic(rawValue: "payment.replies.v1")
    public static let paymentEvents = Topic(rawValue: "payment.events.v1")
    public static let billingEvents = Topic(rawValue: "billing.events.v1")
    public static let ledgerEvents = Topic(rawValue: "ledger.events.v1")
}

extension Topic: CaseIterable {
    /// The topics of Farthing's own services.
    public static let allCases: [Topic] = [
        ledgerCommands, billingCommands, paymentReplies, paymentEvents, billingEvents,
        ledgerEvents,
    ]
}
