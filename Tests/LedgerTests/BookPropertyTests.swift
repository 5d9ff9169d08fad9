import Contracts
import Money
import TestSupport
import Testing

@testable import Ledger

@Suite("Whatever is asked of a book", .tags(.unit))
struct BookPropertyTests {
    @Test("its sums stay zero, its limits hold, its chains have no gap")
    func invariants() throws {
        var random = SeededRandom.fromEnvironment()
        print("book properties: \(random)")
        for _ in 0..<40 {
            var walk = Walk(&random)
            try walk.run(250, &random)
        }
    }
}

/// A random walk over one book, which checks all invariants after every step.
private struct Walk {
    var book: Book
    let start: [Account]
    var holds: [Hold] = []
    var entries: [AccountID: [Entry]] = [:]
    var transfers: [TransferID] = []
    /// What each transfer moved on each side, less what its reversals gave back.
    var moved: [TransferID: [ReversibleTransfer.Part: Int64]] = [:]

    init(_ random: inout SeededRandom) {
        start = (0..<6).map { _ in
            Fixture.account(
                AccountKind.allCases.randomElement(using: &random)!,
                limit: [0, 0, 50, 1_000, Money.maximumAmount].randomElement(using: &random)!,
                currency: [Fixture.usd, Fixture.usd, Fixture.eur].randomElement(using: &random)!)
        }
        book = Book(accounts: start)
    }

    mutating func run(_ steps: Int, _ random: inout SeededRandom) throws {
        for _ in 0..<steps {
            let before = book
            do throws(LedgerRefusal) {
                try step(&random)
            } catch {
                #expect(book == before, "a refusal (\(error.code.rawValue)) left a trace")
            }
            keepEntries(after: before.changes.count)
            check()
        }
    }

    private mutating func step(_ random: inout SeededRandom) throws(LedgerRefusal) {
        let one = start.randomElement(using: &random)!
        let two = start.randomElement(using: &random)!
        let amount = Int64.random(in: -1...200, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0...3:
            let part = Int64.random(in: 0...max(1, amount), using: &random)
            let third = start.randomElement(using: &random)!
            try book.post(
                Fixture.transfer(
                    (.debit, one, amount), (.credit, two, amount - part), (.credit, third, part)),
                for: Fixture.cause)
        case 4...6:
            let hold = Fixture.hold(amount, on: one)
            try book.place(hold, for: Fixture.cause)
            holds.append(hold)
        case 7, 8:
            guard let hold = holds.randomElement(using: &random) else { return }
            try book.post(Fixture.posting(hold, to: two, amount), for: Fixture.cause)
        case 9:
            guard let transfer = transfers.randomElement(using: &random) else { return }
            try book.reverse(
                transfer,
                by: Fixture.transfer((.debit, one, amount), (.credit, two, amount)),
                for: Fixture.cause)
        case 10:
            guard let transfer = transfers.randomElement(using: &random),
                let rest = book.reversibles[transfer]?.rest
            else { return }
            try book.reverse(
                transfer, by: TransferDraft(id: TransferID(), lines: rest), for: Fixture.cause)
        default:
            guard let hold = holds.randomElement(using: &random) else { return }
            try book.void(hold.id, for: Fixture.cause)
        }
    }

    private mutating func keepEntries(after count: Int) {
        for change in book.changes[count...] {
            guard case .transfer(let transfer) = change.kind else { continue }
            for entry in transfer.entries { entries[entry.line.account, default: []].append(entry) }
            moved[transfer.draft.reverses ?? transfer.id, default: [:]].add(
                transfer.draft.lines, back: transfer.draft.reverses != nil)
            if transfer.draft.reverses == nil { book.put(ReversibleTransfer(transfer)) }
            transfers.append(transfer.id)
        }
    }

    private func check() {
        var sums: [Currency: Int64] = [:]
        for account in book.accounts.values {
            sums[account.currency, default: 0] +=
                account.kind.normalSide == .debit ? account.posted : -account.posted
            #expect(account.available >= -account.overdraftLimit)
            let chain = entries[account.id] ?? []
            #expect(chain.map(\.version) == Array(1..<(account.version + 1)))
            #expect((chain.last?.balanceAfter ?? 0) == account.posted)
            let open = book.holds.values.filter {
                $0.account == account.id && $0.status == .open
            }
            #expect(open.reduce(0) { $0 + $1.amount.minorUnits } == account.held)
        }
        #expect(sums.values.allSatisfy { $0 == 0 })
        let least = moved.values.compactMap { $0.values.min() }.min() ?? 0
        #expect(least >= 0, "more was given back than was moved")
    }
}

extension ReversibleTransfer {
    /// A transfer of which nothing was given back yet.
    fileprivate init(_ transfer: Transfer) {
        var left: [Part: Int64] = [:]
        left.add(transfer.draft.lines, back: false)
        self.init(
            id: transfer.id, tenant: transfer.tenant, payment: transfer.draft.payment,
            reverses: nil, left: left)
    }
}

extension [ReversibleTransfer.Part: Int64] {
    fileprivate mutating func add(_ lines: [Line], back: Bool) {
        for line in lines {
            let part = ReversibleTransfer.Part(
                account: line.account, side: back ? line.side.opposite : line.side,
                currency: line.amount.currency)
            self[part, default: 0] += back ? -line.amount.minorUnits : line.amount.minorUnits
        }
    }
}
