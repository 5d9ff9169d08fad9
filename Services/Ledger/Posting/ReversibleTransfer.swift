import Contracts
import Money

/// A transfer that was posted, as far as reversing it goes.
struct ReversibleTransfer: Equatable, Sendable {
    /// One side of the transfer on one account.
    struct Part: Hashable, Sendable {
        let account: AccountID
        let side: Side
        let currency: Currency
    }

    let id: TransferID
    let tenant: String
    let payment: PaymentID?
    /// What it reverses itself.
    let reverses: TransferID?
    /// Minor units that were moved there and not given back yet.
    var left: [Part: Int64]

    /// All that is left, in an order that does not change: debits of a reversal first.
    var rest: [Line] {
        left.filter { $0.value > 0 }
            .map { part, amount in
                Line(
                    account: part.account, side: part.side.opposite,
                    amount: Money(amount, part.currency))
            }
            .sorted {
                ($0.side.rawValue, $0.account.description)
                    > ($1.side.rawValue, $1.account.description)
            }
    }

    /// Whether there is another side that a line of a reversal could give back.
    func moved(against line: Line) -> Bool { left[Part(reversedBy: line)] != nil }

    /// Takes a line of a reversal off what is left; `false` if there is not so much.
    mutating func give(back line: Line) -> Bool {
        let part = Part(reversedBy: line)
        guard let left = left[part], line.amount.minorUnits <= left else { return false }
        self.left[part] = left - line.amount.minorUnits
        return true
    }
}

extension ReversibleTransfer.Part {
    /// What a line of a reversal gives back.
    init(reversedBy line: Line) {
        account = line.account
        side = line.side.opposite
        currency = line.amount.currency
    }
}

extension Side {
    var opposite: Side { self == .debit ? .credit : .debit }
}
