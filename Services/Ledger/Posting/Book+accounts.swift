import Contracts

extension Book {
    /// Stops money from moving on an account; open holds can still be given back. Throws
    /// `.accountUnknown`, `.accountClosed`.
    mutating func freeze(_ id: AccountID, for cause: Cause) throws(LedgerRefusal) {
        try change(id, to: .frozen, .frozen, for: cause)
    }

    /// Lets money move again. Throws `.accountUnknown`, `.accountClosed`.
    mutating func unfreeze(_ id: AccountID, for cause: Cause) throws(LedgerRefusal) {
        try change(id, to: .active, .unfrozen, for: cause)
    }

    /// Ends an account that is empty, for good. Throws `.accountUnknown`, `.accountOfOperator`,
    /// `.accountNotEmpty`.
    mutating func close(_ id: AccountID, for cause: Cause) throws(LedgerRefusal) {
        let account = try account(id, of: cause.tenant)
        guard account.role == nil else { throw .accountOfOperator(id) }
        guard account.posted == 0, account.held == 0 else { throw .accountNotEmpty(id) }
        if account.status != .closed { try change(id, to: .closed, .closed, for: cause) }
    }

    /// Changes the terms of an account, and notes it even if they stay the same. Throws
    /// `.accountUnknown`, `.accountClosed`, `.limitInUse`.
    mutating func update(
        _ id: AccountID, from before: AccountTerms, to after: AccountTerms, for cause: Cause
    ) throws(LedgerRefusal) {
        var account = try account(id, of: cause.tenant)
        guard account.status != .closed else { throw .accountClosed(id) }
        account.overdraftLimit = after.overdraftLimit
        guard account.isWithinLimit else { throw .limitInUse(id) }
        put(account)
        note(account, from: before, to: after, for: cause)
    }

    /// A change to the status that the account already has is no change.
    private mutating func change(
        _ id: AccountID, to status: AccountStatus, _ change: AccountChanged.Change,
        for cause: Cause
    ) throws(LedgerRefusal) {
        var account = try account(id, of: cause.tenant)
        guard account.status != .closed else { throw .accountClosed(id) }
        guard account.status != status else { return }
        account.status = status
        put(account)
        note(account, change, for: cause)
    }
}
