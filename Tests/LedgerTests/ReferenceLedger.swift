import Contracts
import Money

@testable import Ledger

/// A ledger as simple as one can be: one thread, plain sums, no chains and no batches. What the real
/// one accepts, this one must be able to do in the same order.
struct ReferenceLedger: Equatable {
    struct Wallet: Equatable {
        let isDebitNormal: Bool
        var limit: Int64
        var status = "active"
        var posted: Int64 = 0
        var held: Int64 = 0

        var isWithinLimit: Bool { posted - held >= -limit }
    }

    struct Reserve: Equatable {
        let account: AccountID
        let to: AccountID
        let amount: Int64
        var isOpen = true
    }

    typealias Part = (account: AccountID, side: Side, amount: Int64)

    var wallets: [AccountID: Wallet] = [:]
    var reserves: [HoldID: Reserve] = [:]

    /// Moves money, using up a hold if one is named; `false`, and no change, if it cannot be.
    mutating func move(_ parts: [Part], using hold: HoldID? = nil) -> Bool {
        var next = self
        if let hold {
            guard let reserve = next.reserves[hold], reserve.isOpen else { return false }
            next.reserves[hold]?.isOpen = false
            next.wallets[reserve.account]?.held -= reserve.amount
        }
        let debits = parts.reduce(0) { $0 + ($1.side == .debit ? $1.amount : 0) }
        let credits = parts.reduce(0) { $0 + ($1.side == .credit ? $1.amount : 0) }
        guard parts.count >= 2, debits == credits, parts.allSatisfy({ $0.amount > 0 }) else {
            return false
        }
        for part in parts {
            guard let wallet = next.wallets[part.account], wallet.status == "active" else {
                return false
            }
            let adds = (part.side == .debit) == wallet.isDebitNormal
            next.wallets[part.account]?.posted += adds ? part.amount : -part.amount
        }
        for (id, after) in next.wallets {
            guard let before = wallets[id] else { return false }
            let hasLess = after.posted - after.held < before.posted - before.held
            if hasLess && !after.isWithinLimit { return false }
        }
        self = next
        return true
    }

    /// Sets money aside.
    mutating func place(_ hold: HoldID, _ reserve: Reserve) -> Bool {
        guard reserve.amount > 0, reserve.account != reserve.to,
            var wallet = wallets[reserve.account], wallet.status == "active",
            wallets[reserve.to]?.status == "active", !wallet.isDebitNormal
        else { return false }
        wallet.held += reserve.amount
        guard wallet.isWithinLimit else { return false }
        wallets[reserve.account] = wallet
        reserves[hold] = reserve
        return true
    }

    /// Gives it back.
    mutating func void(_ hold: HoldID) -> Bool {
        guard let reserve = reserves[hold], reserve.isOpen else { return false }
        reserves[hold]?.isOpen = false
        wallets[reserve.account]?.held -= reserve.amount
        return true
    }

    /// Freezes, unfreezes or closes.
    mutating func change(_ account: AccountID, _ change: AccountChanged.Change) -> Bool {
        guard let wallet = wallets[account], wallet.status != "closed" else { return false }
        switch change {
        case .opened: return false
        case .frozen: wallets[account]?.status = "frozen"
        case .unfrozen: wallets[account]?.status = "active"
        case .closed:
            guard wallet.posted == 0, wallet.held == 0 else { return false }
            wallets[account]?.status = "closed"
        case .updated: return true
        }
        return true
    }
}
