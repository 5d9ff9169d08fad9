import Contracts
import Money

/// One side of a transfer as it is asked for.
struct Line: Equatable, Sendable {
    let account: AccountID
    let side: Side
    let amount: Money
}

/// A transfer as it is asked for.
struct TransferDraft: Equatable, Sendable {
    let id: TransferID
    let lines: [Line]
    /// The asker's own name for it, used once per tenant.
    var reference: String?
    var payment: PaymentID?
    var hold: HoldID?
    var reverses: TransferID?
}

/// A line as it was posted.
struct Entry: Equatable, Sendable {
    let line: Line
    /// The account's balance in its normal direction, in minor units.
    let balanceAfter: Int64
    /// 1, 2, 3 … per account.
    let version: Int64
}

/// A transfer as it was posted: its entries sum to zero in every currency.
struct Transfer: Equatable, Sendable {
    let draft: TransferDraft
    let tenant: String
    let saga: SagaID?
    let entries: [Entry]

    var id: TransferID { draft.id }
}
