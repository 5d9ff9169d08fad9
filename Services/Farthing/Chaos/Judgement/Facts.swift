import FoundationEssentials

/// Everything by which a run is judged, gathered when all is quiet.
struct Facts: Sendable {
    /// A payment as the service shows it.
    struct Payment: Equatable, Sendable {
        var id: String
        var status: String
        var amount: Int64
        var currency: String
        var source: String
        var destination: String
        var fee: Int64
        var tax: Int64
        var amountRefunded: Int64
        var failureCode: String
    }

    /// A refund as the service shows it.
    struct Refund: Equatable, Sendable {
        var id: String
        var payment: String
        var status: String
        var amount: Int64
    }

    /// An account's balance as the ledger shows it, and as it should be.
    struct Balance: Equatable, Sendable {
        let account: String
        let posted: Int64
        let pendingOut: Int64
        let expected: Int64
    }

    /// One service's outbox.
    struct Outbox: Sendable {
        let source: String
        /// The rows of the table.
        var stored: [UUID]
        /// The same in the order of their commits.
        var committed: [CommitLog.Event]
    }

    /// Who pays whom.
    let market: Marketplace
    var operations: [Operation] = []
    /// By reference; what could not be looked up is missing.
    var payments: [String: [Payment]] = [:]
    /// By reference; what could not be looked up is missing.
    var refunds: [String: [Refund]] = [:]
    var balances: [Balance] = []
    var outboxes: [Outbox] = []
    var sightings = Sightings()
    /// Whether the topics held nothing before this run.
    var topicsAreOurs = true
    var sagas = SagaCounts()
    var consumers = ConsumerCounts.Totals()
    var timeline: [Timeline.Entry] = []
    /// What the verifier found.
    var findings: [String] = []
    /// What could not be looked at, in words.
    var gaps: [String] = []

    init(market: Marketplace) { self.market = market }
}
