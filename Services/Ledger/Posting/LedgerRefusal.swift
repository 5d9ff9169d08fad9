import Contracts
import Money

/// Why the ledger says no: every refusal that a rule of the book can end in.
///
/// Thrown only inside the ledger, where it saves each rule from handing its neighbour's refusal
/// on; at the border it becomes a saga's `Refusal` or an HTTP problem, and is an answer like any
/// other.
struct LedgerRefusal: Error, Equatable, Sendable {
    /// Stable and machine-readable; `rawValue` is what crosses the border.
    enum Code: String, CaseIterable, Sendable {
        case accountUnknown = "account-unknown"
        case accountFrozen = "account-frozen"
        case accountClosed = "account-closed"
        case accountNotEmpty = "account-not-empty"
        case accountNotHoldable = "account-not-holdable"
        case accountOfOperator = "account-of-operator"
        case sameAccount = "same-account"
        case currencyMismatch = "currency-mismatch"
        case insufficientFunds = "insufficient-funds"
        case balanceOverflow = "balance-overflow"
        case invalidEntries = "invalid-entries"
        case unbalancedTransfer = "unbalanced-transfer"
        case duplicateReference = "duplicate-reference"
        case duplicateHold = "duplicate-hold"
        case holdUnknown = "hold-unknown"
        case holdNotOpen = "hold-not-open"
        case holdExpired = "hold-expired"
        case holdOfPayment = "hold-of-payment"
        case amountExceedsHold = "amount-exceeds-hold"
        case transferUnknown = "transfer-unknown"
        case transferIsReversal = "transfer-is-reversal"
        case transferOfPayment = "transfer-of-payment"
        case alreadyReversed = "already-reversed"
        case statementTooLong = "statement-too-long"
        case effectiveAtOutOfRange = "effective-at-out-of-range"
        case limitInUse = "limit-in-use"
    }

    let code: Code
    /// One sentence for people.
    let detail: String

    /// What a saga is answered.
    var answer: Refusal { Refusal(code.rawValue, detail) }

    private init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}

extension LedgerRefusal {
    static func accountUnknown(_ id: AccountID) -> Self {
        Self(.accountUnknown, "There is no account \(id).")
    }
    static func accountFrozen(_ id: AccountID) -> Self {
        Self(.accountFrozen, "Account \(id) is frozen.")
    }
    static func accountClosed(_ id: AccountID) -> Self {
        Self(.accountClosed, "Account \(id) is closed.")
    }
    static func accountNotEmpty(_ id: AccountID) -> Self {
        Self(.accountNotEmpty, "Account \(id) still has a balance or an open hold.")
    }
    static func limitInUse(_ id: AccountID) -> Self {
        Self(.limitInUse, "Account \(id) is overdrawn by more than that.")
    }
    static func accountNotHoldable(_ id: AccountID, _ kind: AccountKind) -> Self {
        Self(
            .accountNotHoldable,
            "Account \(id) is an \(kind.rawValue) account, where a debit takes nothing away.")
    }
    static func accountOfOperator(_ id: AccountID) -> Self {
        Self(.accountOfOperator, "Account \(id) receives fees or tax and cannot be closed.")
    }
    static func sameAccount(_ id: AccountID) -> Self {
        Self(.sameAccount, "Account \(id) cannot pay itself.")
    }
    static func currencyMismatch(
        of id: AccountID, _ currency: Currency, against other: Currency
    ) -> Self {
        Self(.currencyMismatch, "Account \(id) is kept in \(currency), not in \(other).")
    }
    static func currencyMismatch(of id: HoldID, _ currency: Currency) -> Self {
        Self(.currencyMismatch, "Hold \(id) is in \(currency).")
    }
    static func insufficientFunds(of id: AccountID) -> Self {
        Self(
            .insufficientFunds, "The available balance of account \(id) does not cover the amount.")
    }
    static func balanceOverflow(of id: AccountID) -> Self {
        Self(.balanceOverflow, "The balance of account \(id) would exceed what can be counted.")
    }
    static func sumOverflow(in currency: Currency) -> Self {
        Self(.balanceOverflow, "The balances in \(currency) sum to more than can be counted.")
    }
    static let overflowAtMoment = Self(
        .balanceOverflow, "A balance of that time is more than can be counted.")
    static func invalidEntries(_ detail: String) -> Self { Self(.invalidEntries, detail) }
    static let unbalancedTransfer = Self(
        .unbalancedTransfer, "The debits and the credits of a transfer must sum to the same amount."
    )
    static func duplicateReference(_ reference: String) -> Self {
        Self(.duplicateReference, "Another transfer already has the reference '\(reference)'.")
    }
    static func duplicateHold(_ id: HoldID) -> Self {
        Self(.duplicateHold, "Hold \(id) was placed before.")
    }
    static func holdUnknown(_ id: HoldID) -> Self {
        Self(.holdUnknown, "There is no hold \(id).")
    }
    static func holdNotOpen(_ id: HoldID, _ status: HoldStatus) -> Self {
        Self(.holdNotOpen, "Hold \(id) is \(status.rawValue).")
    }
    static func holdExpired(_ id: HoldID) -> Self {
        Self(.holdExpired, "Hold \(id) ran out.")
    }
    static func holdOfPayment(_ id: HoldID) -> Self {
        Self(.holdOfPayment, "Hold \(id) belongs to a payment, which resolves it itself.")
    }
    static func amountExceedsHold(_ id: HoldID) -> Self {
        Self(.amountExceedsHold, "Hold \(id) is of a smaller amount.")
    }
    static func transferUnknown(_ id: TransferID) -> Self {
        Self(.transferUnknown, "There is no transfer \(id).")
    }
    static func transferIsReversal(_ id: TransferID) -> Self {
        Self(.transferIsReversal, "Transfer \(id) is a reversal, which is final.")
    }
    static func transferOfPayment(_ id: TransferID) -> Self {
        Self(.transferOfPayment, "Transfer \(id) belongs to a payment: refund that.")
    }
    static func alreadyReversed(_ id: TransferID) -> Self {
        Self(.alreadyReversed, "Not so much of transfer \(id) is left to be reversed.")
    }
    static func effectiveAtOutOfRange(past: Int, future: Int) -> Self {
        Self(
            .effectiveAtOutOfRange,
            "A transfer takes effect at most \(past) days before or \(future) days after it is "
                + "recorded.")
    }
    static func statementTooLong(over lines: Int) -> Self {
        Self(
            .statementTooLong,
            "The period has more than \(lines) lines: ask for a shorter one, or page through the "
                + "account's entries.")
    }
}
