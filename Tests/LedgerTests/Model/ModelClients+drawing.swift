import Contracts
import FoundationEssentials
import Money
import Synchronization
import TestSupport

@testable import Ledger
@testable import ServiceHost

extension ModelClients {
    /// What the books begin with: accounts of two currencies.
    static let accounts: [(AccountKind, Currency)] = [
        (.asset, Fixture.usd), (.liability, Fixture.usd), (.liability, Fixture.usd),
        (.liability, Fixture.usd), (.revenue, Fixture.usd), (.asset, Fixture.eur),
        (.liability, Fixture.eur),
    ]

    /// The next thing to ask for.
    func operation(_ random: inout SeededRandom) throws -> Operation {
        let known = known.withLock { $0 }
        switch Int.random(in: 0..<44, using: &random) {
        case 0..<3: return .rehearse(movement(&random))
        case 3..<6: return try batch(&random)
        case 6..<8:
            if let answered = known.answered.randomElement(using: &random) {
                return .again(answered)
            }
        case 8..<14: return .place(reserve(&random))
        case 14..<18:
            guard let (hold, reserve) = known.holds.randomElement(using: &random) else { break }
            let amount = Int64.random(in: 1...reserve.amount + 20, using: &random)
            return .post(
                hold, reserve, Int.random(in: 0..<4, using: &random) == 0 ? nil : amount,
                final: Bool.random(using: &random))
        case 18..<20:
            guard let (hold, _) = known.holds.randomElement(using: &random) else { break }
            return .void(hold)
        case 20..<25:
            guard let (transfer, movement) = known.transfers.randomElement(using: &random) else {
                break
            }
            return .reverse(
                transfer, reversal(of: movement, &random), reference: reference(&random))
        case 25..<28: return .update(account(&random).id, try terms(&random))
        case 28: return .change(account(&random).id, .frozen)
        case 29..<33: return .change(account(&random).id, .unfrozen)
        case 33:
            // Not those that the books begin with, or soon nothing would be granted any more.
            let others = known.accounts.dropFirst(Self.accounts.count)
            if let other = others.randomElement(using: &random) {
                return .change(other.id, .closed)
            }
        case 34:
            let (kind, currency) = Self.accounts.randomElement(using: &random)!
            return .open(kind, currency, limit: limit(&random))
        default: break
        }
        return .transfer(movement(&random))
    }

    func limit(_ random: inout SeededRandom) -> Int64 {
        [0, 300, 100_000].randomElement(using: &random)!
    }

    private func account(
        _ random: inout SeededRandom, of currency: Currency? = nil
    ) -> (id: AccountID, wallet: Model.Wallet) {
        known.withLock { $0.accounts }
            .filter { currency == nil || $0.wallet.currency == currency }
            .randomElement(using: &random)!
    }

    private func terms(_ random: inout SeededRandom) throws -> UpdateAccount {
        let number = Int.random(in: 0..<100, using: &random)
        return UpdateAccount(
            name: Bool.random(using: &random)
                ? try ShortText("Name \(number)", field: "name") : nil,
            overdraftLimit: Bool.random(using: &random) ? limit(&random) : nil,
            metadata: Bool.random(using: &random) ? try Metadata(["number": "\(number)"]) : nil)
    }

    private func reserve(_ random: inout SeededRandom) -> Model.Reserve {
        let payer = account(&random)
        let isWrong = Int.random(in: 0..<16, using: &random) == 0
        return Model.Reserve(
            account: payer.id, to: account(&random, of: payer.wallet.currency).id,
            amount: Int64.random(in: 1...150, using: &random),
            currency: isWrong ? Fixture.eur : payer.wallet.currency)
    }

    private func batch(_ random: inout SeededRandom) throws -> Operation {
        let mode: PostTransferBatch.Mode = Bool.random(using: &random) ? .atomic : .each
        let form: PostTransferBatch.Form = Bool.random(using: &random) ? .ids : .transfers
        var items = (0..<Int.random(in: 1...4, using: &random)).map { _ -> Item in
            let hasKey = mode == .each && Bool.random(using: &random)
            return .fresh(movement(&random), key: hasKey ? key(&random) : nil)
        }
        let answered = known.withLock { $0.answered }.randomElement(using: &random)
        if mode == .each, let answered {
            items.insert(.again(answered), at: Int.random(in: 0...items.count, using: &random))
        }
        return .batch(mode, form, items)
    }

    func key(_ random: inout SeededRandom) -> String {
        "key-\(UInt64.random(in: 0...UInt64.max, using: &random))"
    }
}
