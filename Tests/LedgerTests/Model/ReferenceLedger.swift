import Contracts
import Money

@testable import Ledger

/// A ledger as simple as one can be: one thread, plain sums, no chains and no batches. What the real
/// one accepts, this one must be able to do in the same order.
struct ReferenceLedger: Equatable, Sendable {
    struct Wallet: Equatable, Sendable {
        let isDebitNormal: Bool
        let currency: Currency
        var terms: AccountTerms
        var status = AccountStatus.active
        var posted: Int64 = 0
        var held: Int64 = 0

        var isWithinLimit: Bool { posted - held >= -terms.overdraftLimit }
    }

    struct Reserve: Equatable, Sendable {
        let account: AccountID
        let to: AccountID
        let amount: Int64
        let currency: Currency
        var isOpen = true
    }

    struct Part: Hashable, Sendable {
        let account: AccountID
        let side: Side
        let amount: Int64
        let currency: Currency
    }

    /// A transfer.
    struct Movement: Equatable, Sendable {
        var parts: [Part]
        var reference: String?
        /// `nil` for one that takes effect as it is recorded.
        var effectiveAt: Moment?
        /// The hold that it uses up.
        var hold: HoldID?
        var reverses: TransferID?
    }

    /// One thing to be done; it can be done, or nothing changes.
    enum Action: Sendable {
        case open(AccountID, Wallet)
        case change(AccountID, AccountChanged.Change)
        /// `nil` for terms that they cannot be changed from.
        case update(AccountID, @Sendable (AccountTerms) -> AccountTerms?)
        case place(HoldID, Reserve)
        case void(HoldID)
        case move(TransferID, Movement)
        /// A movement without parts, of all that is left of what it reverses.
        case giveBackAll(TransferID, Movement)
    }

    /// When a transfer may take effect.
    var times = Moment.range
    var wallets: [AccountID: Wallet] = [:]
    var reserves: [HoldID: Reserve] = [:]
    var movements: [TransferID: Movement] = [:]

    /// All of them or none; `false` if they cannot be done.
    mutating func apply(_ actions: [Action]) -> Bool {
        var next = self
        guard actions.allSatisfy({ next.apply($0) }) else { return false }
        self = next
        return true
    }

    mutating func apply(_ action: Action) -> Bool {
        switch action {
        case .open(let account, let wallet):
            return wallets.updateValue(wallet, forKey: account) == nil
        case .change(let account, let change): return self.change(account, change)
        case .update(let account, let change): return update(account, change)
        case .place(let hold, let reserve): return place(hold, reserve)
        case .void(let hold):
            guard let reserve = reserves[hold], reserve.isOpen else { return false }
            reserves[hold]?.isOpen = false
            wallets[reserve.account]?.held -= reserve.amount
            return true
        case .move(let id, let movement): return move(id, movement)
        case .giveBackAll(let id, var movement):
            movement.parts = movement.reverses.map(rest) ?? []
            return move(id, movement)
        }
    }

    /// Sets money aside.
    private mutating func place(_ hold: HoldID, _ reserve: Reserve) -> Bool {
        guard reserve.amount > 0, reserve.account != reserve.to,
            var wallet = wallets[reserve.account], wallet.status == .active,
            let payee = wallets[reserve.to], payee.status == .active,
            wallet.currency == reserve.currency, payee.currency == reserve.currency,
            !wallet.isDebitNormal, reserves[hold] == nil
        else { return false }
        wallet.held += reserve.amount
        guard wallet.isWithinLimit else { return false }
        wallets[reserve.account] = wallet
        reserves[hold] = reserve
        return true
    }

    /// Freezes, unfreezes or closes.
    private mutating func change(
        _ account: AccountID, _ change: AccountChanged.Change
    ) -> Bool {
        guard let wallet = wallets[account] else { return false }
        switch change {
        case .opened, .updated: return false
        case .frozen, .unfrozen:
            guard wallet.status != .closed else { return false }
            wallets[account]?.status = change == .frozen ? .frozen : .active
        case .closed:
            guard wallet.posted == 0, wallet.held == 0 else { return false }
            wallets[account]?.status = .closed
        }
        return true
    }

    private mutating func update(
        _ account: AccountID, _ change: (AccountTerms) -> AccountTerms?
    ) -> Bool {
        guard var wallet = wallets[account], wallet.status != .closed,
            let terms = change(wallet.terms)
        else { return false }
        wallet.terms = terms
        guard wallet.isWithinLimit else { return false }
        wallets[account] = wallet
        return true
    }
}
