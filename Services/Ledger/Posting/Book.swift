import Contracts
import Money

/// A working set of accounts and holds, and the rules by which it may change.
///
/// Pure: it is loaded with the locked rows that a batch names, each request of the batch is
/// decided against it in order, and what became of it is written back. A refused request leaves no
/// trace.
struct Book: Equatable, Sendable {
    private(set) var accounts: [AccountID: Account]
    private(set) var holds: [HoldID: Hold]
    /// The posted transfers that somebody wants to reverse.
    private(set) var reversibles: [TransferID: ReversibleTransfer]
    /// When everything is recorded that is decided on this book: once its rows were locked, and
    /// after all that was recorded on its accounts, should the clock have been set back since.
    private(set) var now: Moment
    /// What the clock said once its rows were locked.
    private(set) var lockedAt: Moment
    /// What happened since the book was loaded or last written back, in order.
    private(set) var changes: [Change] = []
    /// The accounts whose rows differ from what was loaded or last written back, as they were then.
    private(set) var changedAccounts: [AccountID: Account] = [:]
    private var references: Set<Owned<String>>
    private var operatorAccounts: [Owned<OperatorAccount>: AccountID] = [:]

    init(
        accounts: [Account], holds: [Hold] = [], references: Set<Owned<String>> = [],
        reversibles: [ReversibleTransfer] = [], lockedAt: Moment = .earliest
    ) {
        self.lockedAt = lockedAt
        now = lockedAt
        self.accounts = [:]
        self.holds = Dictionary(holds.map { ($0.id, $0) }) { first, _ in first }
        self.references = references
        self.reversibles = Dictionary(reversibles.map { ($0.id, $0) }) { first, _ in first }
        add(accounts, lockedAt: lockedAt)
    }

    /// Takes in accounts that were locked later. What is decided from here on is recorded then.
    mutating func add(_ accounts: [Account], lockedAt: Moment) {
        self.lockedAt = max(self.lockedAt, lockedAt)
        now = accounts.reduce(max(now, lockedAt)) { max($0, $1.recordedAt.next) }
        self.accounts.reserveCapacity(self.accounts.count + accounts.count)
        for account in accounts {
            self.accounts[account.id] = account
            guard let role = account.role else { continue }
            let name = OperatorAccount(role: role, currency: account.currency)
            operatorAccounts[Owned(tenant: account.tenant, name: name)] = account.id
        }
    }

    /// The account if the tenant has it. Throws `.accountUnknown`.
    func account(_ id: AccountID, of tenant: String) throws(LedgerRefusal) -> Account {
        guard let account = accounts[id], account.tenant == tenant else {
            throw .accountUnknown(id)
        }
        return account
    }

    /// The account if money may move on it. Throws `.accountUnknown`, `.accountFrozen`,
    /// `.accountClosed`.
    func activeAccount(_ id: AccountID, of tenant: String) throws(LedgerRefusal) -> Account {
        let account = try account(id, of: tenant)
        switch account.status {
        case .active: return account
        case .frozen: throw .accountFrozen(id)
        case .closed: throw .accountClosed(id)
        }
    }

    /// The hold if the tenant has it. Throws `.holdUnknown`.
    func hold(_ id: HoldID, of tenant: String) throws(LedgerRefusal) -> Hold {
        guard let hold = holds[id], hold.tenant == tenant else { throw .holdUnknown(id) }
        return hold
    }

    /// The tenant's account for fees or tax. Throws `.invalidEntries` if the working set did not
    /// name it.
    func operatorAccount(
        _ account: OperatorAccount, of tenant: String
    ) throws(LedgerRefusal) -> AccountID {
        guard let id = operatorAccounts[Owned(tenant: tenant, name: account)] else {
            throw .invalidEntries("There is no account '\(account.name)'.")
        }
        return id
    }

    func isTaken(_ reference: String, by tenant: String) -> Bool {
        references.contains(Owned(tenant: tenant, name: reference))
    }

    /// Replaces an account by what became of it.
    mutating func put(_ account: Account) {
        var account = account
        account.recordedAt = now
        account.place = nil
        let before = accounts.updateValue(account, forKey: account.id)
        if changedAccounts[account.id] == nil { changedAccounts[account.id] = before }
    }

    /// Replaces a transfer by what is left of it.
    mutating func put(_ transfer: ReversibleTransfer) {
        reversibles[transfer.id] = transfer
    }

    /// Notes that an account was opened or changed its status.
    mutating func note(_ account: Account, _ change: AccountChanged.Change, for cause: Cause) {
        changes.append(Change(kind: .account(account, change), cause: cause))
    }

    /// Notes that an account's terms changed.
    mutating func note(
        _ account: Account, from before: AccountTerms, to after: AccountTerms, for cause: Cause
    ) {
        changes.append(
            Change(kind: .terms(account, before: before, after: after), cause: cause))
    }

    /// Replaces a hold by what became of it, and notes it.
    mutating func put(_ hold: Hold, _ change: HoldChanged.Change, for cause: Cause) {
        holds[hold.id] = hold
        changes.append(Change(kind: .hold(hold, change), cause: cause))
    }

    /// Notes a transfer and takes its reference.
    mutating func note(_ transfer: Transfer, for cause: Cause) {
        if let reference = transfer.draft.reference {
            references.insert(Owned(tenant: cause.tenant, name: reference))
        }
        changes.append(Change(kind: .transfer(transfer), cause: cause))
    }

    /// Goes on from here, once all that happened is written back.
    mutating func forgetChanges() {
        changes.removeAll(keepingCapacity: true)
        changedAccounts.removeAll(keepingCapacity: true)
    }
}
