import Contracts
import Money

extension Book {
    /// The most entries that one transfer may have.
    static let maximumEntries = 100

    /// Posts a transfer of two or more entries, all of them or none.
    ///
    /// The limit is checked for the transfer as a whole, and only on accounts that it leaves with
    /// less than before. Throws `.duplicateReference`, `.invalidEntries`, `.unbalancedTransfer`,
    /// `.accountUnknown`, `.accountFrozen`, `.accountClosed`, `.currencyMismatch`,
    /// `.balanceOverflow`, `.insufficientFunds`.
    @discardableResult
    mutating func post(
        _ draft: TransferDraft, for cause: Cause
    ) throws(LedgerRefusal) -> Transfer {
        try post(draft, releasing: nil, for: cause)
    }

    /// Posts a transfer that uses up a hold: the whole of it is released in the same breath.
    mutating func post(
        _ draft: TransferDraft, releasing hold: Hold?, for cause: Cause
    ) throws(LedgerRefusal) -> Transfer {
        if let reference = draft.reference, isTaken(reference, by: cause.tenant) {
            throw .duplicateReference(reference)
        }
        try Self.check(draft.lines)

        var changed: [AccountID: Account] = [:]
        if let hold {
            var account = try activeAccount(hold.account, of: cause.tenant)
            account.held -= hold.amount.minorUnits
            changed[account.id] = account
        }
        let time = PostingTime(recordedAt: now, effectiveAt: draft.effectiveAt ?? now)
        var entries: [Entry] = []
        for line in draft.lines {
            var account: Account
            if let seen = changed[line.account] {
                account = seen
            } else {
                account = try activeAccount(line.account, of: cause.tenant)
            }
            try account.post(line, time)
            changed[account.id] = account
            entries.append(Entry(line, on: account))
        }
        for line in draft.lines {
            guard let before = accounts[line.account], let after = changed[line.account] else {
                continue
            }
            if after.available < before.available && !after.isWithinLimit {
                throw .insufficientFunds(of: after.id)
            }
        }

        let transfer = Transfer(draft: draft, cause: cause, time: time, entries: entries)
        for account in changed.values { put(account) }
        note(transfer, for: cause)
        return transfer
    }

    /// Debits equal credits in every currency, and every amount is one that may be moved.
    private static func check(_ lines: [Line]) throws(LedgerRefusal) {
        guard lines.count >= 2, lines.count <= maximumEntries else {
            throw .invalidEntries("A transfer has between 2 and \(maximumEntries) entries.")
        }
        // At most 100 amounts of at most 10^14 each: far from overflowing.
        var differences: [Currency: Int64] = [:]
        for line in lines {
            let amount = line.amount.minorUnits
            guard amount >= 1, amount <= Money.maximumAmount else {
                throw .invalidEntries("An amount is between 1 and \(Money.maximumAmount).")
            }
            differences[line.amount.currency, default: 0] += line.side == .debit ? amount : -amount
        }
        guard differences.values.allSatisfy({ $0 == 0 }) else { throw .unbalancedTransfer }
    }
}
