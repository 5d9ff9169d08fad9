import Contracts

/// On whose behalf the ledger does something.
struct Cause: Equatable, Sendable {
    let tenant: String
    /// For the audit trail: a token's subject, `saga`, or `ledger` itself.
    let actor: String
    var requestID: String?
    var traceparent: String?
    var saga: SagaID?
}

/// One thing that happened to the book, in the order of the decisions.
struct Change: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case account(Account, AccountChanged.Change)
        case terms(Account, before: AccountTerms, after: AccountTerms)
        case hold(Hold, HoldChanged.Change)
        case transfer(Transfer)
    }

    let kind: Kind
    let cause: Cause
}
