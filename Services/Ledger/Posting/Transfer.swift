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
    /// When it takes effect for its parties; when it is recorded, if not given.
    var effectiveAt: Moment?
    var payment: PaymentID?
    var hold: HoldID?
    var reverses: TransferID?
}

/// When a transfer is recorded, and when it takes effect.
struct PostingTime: Equatable, Sendable {
    let recordedAt: Moment
    let effectiveAt: Moment
}

/// A line as it was posted, and how its account stood right after it.
struct Entry: Equatable, Sendable {
    let line: Line
    /// The account's balance in its normal direction, in minor units.
    let balanceAfter: Int64
    /// 1, 2, 3 … per account.
    let version: Int64
    /// The account's `chainAt`.
    let chainAt: Moment
    /// The account's `displaced`.
    let displaced: Int64

    init(_ line: Line, on account: Account) {
        self.line = line
        balanceAfter = account.posted
        version = account.version
        chainAt = account.chainAt
        displaced = account.displaced
    }
}

/// A transfer as it was posted: its entries sum to zero in every currency.
struct Transfer: Equatable, Sendable {
    let draft: TransferDraft
    let cause: Cause
    let time: PostingTime
    let entries: [Entry]

    var id: TransferID { draft.id }
    var tenant: String { cause.tenant }
}
