import Contracts
import FoundationEssentials
import Money
import Synchronization
import TestSupport

@testable import Ledger

extension ModelClients {
    /// A transfer to ask for: of one currency or of two, now and then unbalanced or of the wrong
    /// currency, under a name that is perhaps taken, of now, of the past or of the future, or too
    /// far away.
    func movement(_ random: inout SeededRandom) -> Model.Movement {
        let parts =
            switch Int.random(in: 0..<12, using: &random) {
            case 0, 1: parts(in: Fixture.usd, &random) + parts(in: Fixture.eur, &random)
            // Balanced as numbers, but in neither currency.
            case 2:
                parts(in: Fixture.usd, credit: 1, &random)
                    + parts(in: Fixture.eur, debit: 1, &random)
            case 3..<6: parts(in: Fixture.eur, &random)
            case 6: parts(in: Fixture.usd, credit: 1, &random)
            default: parts(in: Fixture.usd, &random)
            }
        return Model.Movement(
            parts: parts.shuffled(using: &random),
            reference: reference(&random), effectiveAt: time(&random))
    }

    /// - Parameter debit: how much more is debited than credited.
    /// - Parameter credit: the other way about.
    private func parts(
        in currency: Currency, debit: Int64 = 0, credit: Int64 = 0,
        _ random: inout SeededRandom
    ) -> [Model.Part] {
        let accounts = known.withLock { $0.accounts }.filter { $0.wallet.currency == currency }
        let ids = (0..<3).map { _ in accounts.randomElement(using: &random)!.id }
        let amount = Int64.random(in: 1...150, using: &random)
        let part = Int64.random(in: 0..<amount, using: &random)
        let named = Int.random(in: 0..<20, using: &random) == 0 ? Fixture.eur : currency
        return [
            (ids[0], Side.debit, amount + debit), (ids[1], .credit, amount - part + credit),
            (ids[2], .credit, part),
        ].filter { $0.2 > 0 }.map {
            Model.Part(account: $0.0, side: $0.1, amount: $0.2, currency: named)
        }
    }

    /// What to give back: sometimes more than is left, of an account that had no part in it, or of
    /// the same side again.
    func reversal(of movement: Model.Movement, _ random: inout SeededRandom) -> Reversal {
        let debits = movement.parts.filter { $0.side == .debit }
        let credits = movement.parts.filter { $0.side == .credit }
        guard let debit = debits.randomElement(using: &random),
            let credit = credits.filter({ $0.currency == debit.currency })
                .randomElement(using: &random)
        else { return .all }
        let amount = Int64.random(in: 1...min(debit.amount, credit.amount) + 5, using: &random)
        // The account that was credited gives it back.
        let parts = [(credit, Side.debit), (debit, .credit)].map {
            Model.Part(
                account: $0.account, side: $1, amount: amount, currency: $0.currency)
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0..<2: return .all
        case 2..<5:
            let places = Set(movement.parts.map(\.place))
            return .amount(amount, places.count == 2 ? parts : nil)
        case 5:
            return .parts(
                parts.map {
                    Model.Part(
                        account: $0.account, side: $0.side.opposite, amount: $0.amount,
                        currency: $0.currency)
                })
        default: return .parts(parts)
        }
    }

    /// One of few, so that many are taken.
    func reference(_ random: inout SeededRandom) -> String? {
        let number = Int.random(in: 0..<200, using: &random)
        return number < 60 ? "order \(number)" : nil
    }

    private func time(_ random: inout SeededRandom) -> Moment? {
        let day: Int64 = 86_400_000_000
        let now = Moment(Date()).microseconds
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<4:
            return Moment(microseconds: now - Int64.random(in: 1...6 * day, using: &random))
        case 4..<8:
            return Moment(microseconds: now + Int64.random(in: day...6 * day, using: &random))
        case 8:
            return Moment(microseconds: now + (Bool.random(using: &random) ? 90 : -90) * day)
        default: return nil
        }
    }
}
