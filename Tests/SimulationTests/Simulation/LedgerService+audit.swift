import Contracts
import Money

@testable import Ledger

extension LedgerService {
    /// Invariants 1, 2 and 3 of the design, and that nothing is set aside any more.
    func violations() -> [String] {
        var found: [String] = []
        var balances: [AccountID: Int64] = [:]
        var versions: [AccountID: Int64] = [:]
        for transfer in transfers.rows {
            var sum: Int64 = 0
            for entry in transfer.entries {
                let line = entry.line
                guard let account = accounts[line.account] else { continue }
                let amount = line.amount.minorUnits
                sum += line.side == .debit ? amount : -amount
                balances[account.id, default: 0] +=
                    line.side == account.kind.normalSide ? amount : -amount
                versions[account.id, default: 0] += 1
                if entry.version != versions[account.id] {
                    found.append("ledger: versions have a gap")
                }
                if entry.balanceAfter != balances[account.id] {
                    found.append("ledger: an entry has a wrong balance")
                }
            }
            if sum != 0 { found.append("ledger: a transfer does not sum to zero") }
        }
        for account in accounts.rows.values {
            if account.posted != balances[account.id, default: 0] {
                found.append("ledger: a balance is not the sum of its entries")
            }
            if account.held != 0 { found.append("ledger: money is still set aside") }
            if !account.isWithinLimit { found.append("ledger: an account is overdrawn") }
        }
        for hold in holds.rows.values where hold.status == .open {
            found.append("ledger: a hold is still open")
        }
        for count in placements.rows.values where count > 1 {
            found.append("ledger: a hold was placed twice")
        }
        return found
    }

    /// How many transfers a payment made, and what reversals gave back of it.
    func moved() -> [PaymentID: (transfers: Int, reversals: Int, reversed: Int64)] {
        var moved: [PaymentID: (transfers: Int, reversals: Int, reversed: Int64)] = [:]
        for transfer in transfers.rows {
            guard let payment = transfer.draft.payment else { continue }
            var sum = moved[payment] ?? (0, 0, 0)
            if transfer.draft.reverses == nil {
                sum.transfers += 1
            } else {
                sum.reversals += 1
                for line in transfer.draft.lines where line.side == .credit {
                    sum.reversed += line.amount.minorUnits
                }
            }
            moved[payment] = sum
        }
        return moved
    }

    /// What the operator's accounts for fees and for tax come to.
    func earned() -> (fees: Int64, tax: Int64) {
        var earned: (fees: Int64, tax: Int64) = (0, 0)
        for account in accounts.rows.values {
            switch account.role {
            case .fees: earned.fees += account.posted
            case .tax: earned.tax += account.posted
            case nil: break
            }
        }
        return earned
    }

    func holdStatus(_ hold: HoldID) -> String? { holds[hold]?.status.rawValue }
}
