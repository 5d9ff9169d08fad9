import Contracts
import Money

@testable import Ledger

extension ReferenceLedger {
    /// Moves money; `false` if it cannot be, and then something may have changed.
    mutating func move(_ id: TransferID, _ movement: Movement) -> Bool {
        let parts = movement.parts
        guard parts.count >= 2, parts.allSatisfy({ $0.amount > 0 }), isBalanced(parts),
            movement.effectiveAt.map(times.contains) ?? true, isFree(movement.reference),
            movement.reverses.map({ mayGiveBack(parts, of: $0) }) ?? true
        else { return false }
        let before = wallets
        guard movement.hold.map({ use($0, for: parts) }) ?? true else { return false }
        for part in parts {
            guard let wallet = wallets[part.account], wallet.status == .active,
                wallet.currency == part.currency
            else { return false }
            let adds = (part.side == .debit) == wallet.isDebitNormal
            wallets[part.account]?.posted += adds ? part.amount : -part.amount
        }
        for (account, after) in wallets {
            guard let before = before[account] else { return false }
            let hasLess = after.posted - after.held < before.posted - before.held
            if hasLess && !after.isWithinLimit { return false }
        }
        return movements.updateValue(movement, forKey: id) == nil
    }

    private func isBalanced(_ parts: [Part]) -> Bool {
        var differences: [Currency: Int64] = [:]
        for part in parts {
            differences[part.currency, default: 0] +=
                part.side == .debit ? part.amount : -part.amount
        }
        return differences.values.allSatisfy { $0 == 0 }
    }

    private func isFree(_ reference: String?) -> Bool {
        reference == nil || !movements.values.contains { $0.reference == reference }
    }

    /// Ends the hold; what is not paid of it is given back.
    private mutating func use(_ hold: HoldID, for parts: [Part]) -> Bool {
        let paid = parts.reduce(0) { $0 + ($1.side == .debit ? $1.amount : 0) }
        guard let reserve = reserves[hold], reserve.isOpen, paid <= reserve.amount else {
            return false
        }
        reserves[hold]?.isOpen = false
        wallets[reserve.account]?.held -= reserve.amount
        return true
    }

    /// Whether so much is left on the other side of each account.
    private func mayGiveBack(_ parts: [Part], of original: TransferID) -> Bool {
        guard movements[original]?.reverses == nil, var left = left(of: original) else {
            return false
        }
        return parts.allSatisfy { part in
            let place = part.place.opposite
            left[place, default: 0] -= part.amount
            return left[place, default: 0] >= 0
        }
    }

    /// What reverses all that is left, debits first.
    func rest(of original: TransferID) -> [Part] {
        (left(of: original) ?? [:]).filter { $0.value > 0 }
            .map { place, amount in
                Part(
                    account: place.account, side: place.side.opposite, amount: amount,
                    currency: place.currency)
            }
            .sorted {
                ($0.side.rawValue, $0.account.description)
                    > ($1.side.rawValue, $1.account.description)
            }
    }

    private func left(of original: TransferID) -> [Part.Place: Int64]? {
        guard let moved = movements[original] else { return nil }
        var left: [Part.Place: Int64] = [:]
        for part in moved.parts { left[part.place, default: 0] += part.amount }
        for reversal in movements.values where reversal.reverses == original {
            for part in reversal.parts { left[part.place.opposite, default: 0] -= part.amount }
        }
        return left
    }
}

extension ReferenceLedger.Part {
    /// One side of one account.
    struct Place: Hashable {
        let account: AccountID
        let side: Side
        let currency: Currency

        var opposite: Place { Place(account: account, side: side.opposite, currency: currency) }
    }

    var place: Place { Place(account: account, side: side, currency: currency) }
}
