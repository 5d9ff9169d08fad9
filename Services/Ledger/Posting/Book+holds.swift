import Contracts
import Money

/// Who gets what of a hold that is posted; the payer is debited the sum.
struct HoldPosting: Equatable, Sendable {
    let hold: HoldID
    let transfer: TransferID
    let to: AccountID
    /// All that the payer pays; at most the hold's amount.
    let amount: Money
    /// The hold that keeps the rest; it is given back, if there is none.
    var remainder: HoldID?
    /// Part of `amount`, before tax.
    var fee: Money?
    /// Part of `amount`.
    var tax: Money?
}

extension Book {
    /// Sets funds aside.
    ///
    /// A hold reserves a debit, so only an account that a debit takes from can have one. Throws
    /// `.duplicateHold`, `.invalidEntries`, `.sameAccount`, `.accountUnknown`, `.accountFrozen`,
    /// `.accountClosed`, `.accountNotHoldable`, `.currencyMismatch`, `.balanceOverflow`,
    /// `.insufficientFunds`.
    mutating func place(_ hold: Hold, for cause: Cause) throws(LedgerRefusal) {
        let amount = hold.amount.minorUnits
        guard holds[hold.id] == nil else { throw .duplicateHold(hold.id) }
        guard amount >= 1, amount <= Money.maximumAmount else {
            throw .invalidEntries("An amount is between 1 and \(Money.maximumAmount).")
        }
        guard hold.to != hold.account else { throw .sameAccount(hold.account) }
        var account = try activeAccount(hold.account, of: cause.tenant)
        if let to = hold.to {
            try Self.match(try activeAccount(to, of: cause.tenant), hold.amount.currency)
        }
        try Self.match(account, hold.amount.currency)
        guard account.kind.normalSide == .credit else {
            throw .accountNotHoldable(account.id, account.kind)
        }
        let (held, overflow) = account.held.addingReportingOverflow(amount)
        guard !overflow else { throw .balanceOverflow(of: account.id) }
        account.held = held
        guard account.isWithinLimit else { throw .insufficientFunds(of: account.id) }
        put(account)
        put(hold, .placed, for: cause)
    }

    /// Turns a hold into a transfer: debits the payer, credits the payee what is left of the
    /// amount after fee and tax, and the operator's accounts these two. Lines of zero are left out.
    ///
    /// What is left of the hold is given back, or kept by another hold.
    ///
    /// Throws `.holdUnknown`, `.holdNotOpen`, `.holdExpired`, `.amountExceedsHold`,
    /// `.currencyMismatch`, `.sameAccount`, what `post(_:for:)` throws, and `.invalidEntries` if
    /// nothing is left to be kept.
    @discardableResult
    mutating func post(
        _ posting: HoldPosting, for cause: Cause
    ) throws(LedgerRefusal) -> Transfer {
        var hold = try hold(posting.hold, of: cause.tenant)
        guard hold.status == .open else { throw .holdNotOpen(hold.id, hold.status) }
        guard !hold.isOverdue else { throw .holdExpired(hold.id) }
        let draft = TransferDraft(
            id: posting.transfer, lines: try lines(of: posting, from: hold, for: cause),
            payment: hold.payment, hold: hold.id)
        let transfer = try post(draft, releasing: hold, for: cause)
        hold.status = .posted
        hold.transfer = transfer.id
        put(hold, .posted, for: cause)
        if let remainder = posting.remainder {
            try place(hold.rest(after: posting.amount, as: remainder), for: cause)
        }
        return transfer
    }

    /// Gives the funds of a hold back, even on a frozen account; what was given back before stays
    /// given back. Throws `.holdUnknown`, and `.holdNotOpen` for a hold that was posted.
    mutating func void(_ id: HoldID, for cause: Cause) throws(LedgerRefusal) {
        try resolve(id, as: .voided, .voided, for: cause)
    }

    /// Gives the funds of a hold back because its time is up; a hold that is not overdue, or no
    /// longer open, is left alone. Throws `.holdUnknown`.
    mutating func expire(_ id: HoldID, for cause: Cause) throws(LedgerRefusal) {
        let hold = try hold(id, of: cause.tenant)
        guard hold.status == .open, hold.isOverdue else { return }
        try resolve(id, as: .expired, .expired, for: cause)
    }

    private mutating func resolve(
        _ id: HoldID, as status: HoldStatus, _ change: HoldChanged.Change, for cause: Cause
    ) throws(LedgerRefusal) {
        var hold = try hold(id, of: cause.tenant)
        switch hold.status {
        case .voided, .expired: return
        case .posted: throw .holdNotOpen(id, .posted)
        case .open: break
        }
        var account = try account(hold.account, of: cause.tenant)
        account.held -= hold.amount.minorUnits
        put(account)
        hold.status = status
        put(hold, change, for: cause)
    }

    private func lines(
        of posting: HoldPosting, from hold: Hold, for cause: Cause
    ) throws(LedgerRefusal) -> [Line] {
        let currency = hold.amount.currency
        let amount = posting.amount.minorUnits
        guard posting.amount.currency == currency,
            posting.fee.map({ $0.currency == currency }) ?? true,
            posting.tax.map({ $0.currency == currency }) ?? true
        else { throw .currencyMismatch(of: hold.id, currency) }
        guard amount <= hold.amount.minorUnits else { throw .amountExceedsHold(hold.id) }
        guard posting.remainder == nil || amount < hold.amount.minorUnits else {
            throw .invalidEntries("Nothing of hold \(hold.id) is left to be kept.")
        }
        guard posting.to != hold.account else { throw .sameAccount(hold.account) }
        let fee = posting.fee?.minorUnits ?? 0
        let tax = posting.tax?.minorUnits ?? 0
        guard fee >= 0, tax >= 0, fee <= amount, tax <= amount - fee else {
            throw .invalidEntries(
                "Fee and tax are not negative, and together not more than the amount.")
        }

        var lines = [Line(account: hold.account, side: .debit, amount: posting.amount)]
        // Looked at even if nothing is left for it, so that a payment to nobody is refused.
        let destination = try activeAccount(posting.to, of: cause.tenant)
        try Self.match(destination, currency)
        lines.append(
            Line(account: posting.to, side: .credit, amount: Money(amount - fee - tax, currency)))
        for (part, role) in [(fee, OperatorAccount.Role.fees), (tax, .tax)] where part > 0 {
            let account = try operatorAccount(
                OperatorAccount(role: role, currency: currency), of: cause.tenant)
            lines.append(Line(account: account, side: .credit, amount: Money(part, currency)))
        }
        return lines.filter { $0.amount.minorUnits != 0 }
    }

    private static func match(
        _ account: Account, _ currency: Currency
    ) throws(LedgerRefusal) {
        guard account.currency == currency else {
            throw .currencyMismatch(of: account.id, account.currency, against: currency)
        }
    }
}
