import Contracts
import Money
import TestSupport
import Testing

@testable import Ledger

@Suite("The rules of a transfer", .tags(.unit))
struct TransferRuleTests {
    private let bank = Fixture.account(.asset)
    private let wallet = Fixture.account(.liability, posted: 1000)
    private let other = Fixture.account(.liability)
    private let fees = Fixture.account(.revenue)

    private func book() -> Book { Book(accounts: [bank, wallet, other, fees]) }

    @Test("a debit adds to an asset and a credit to a liability")
    func normalSides() throws {
        var book = book()
        let transfer = try book.post(
            Fixture.transfer((.debit, bank, 500), (.credit, wallet, 500)), for: Fixture.cause)
        #expect(book.posted(bank) == 500)
        #expect(book.posted(wallet) == 1500)
        #expect(transfer.entries.map(\.balanceAfter) == [500, 1500])
        #expect(transfer.entries.map(\.version) == [1, 2])
        #expect(Set(book.changedAccounts.keys) == [bank.id, wallet.id])
    }

    @Test("several debits and credits are posted together, on one account more than once")
    func severalEntries() throws {
        var book = book()
        let transfer = try book.post(
            Fixture.transfer(
                (.debit, wallet, 700), (.debit, wallet, 300), (.credit, other, 970),
                (.credit, fees, 30)),
            for: Fixture.cause)
        #expect(transfer.entries.map(\.balanceAfter) == [300, 0, 970, 30])
        #expect(transfer.entries.map(\.version) == [2, 3, 1, 1])
    }

    @Test("what a transfer takes and gives back within itself needs no cover")
    func netChangeCounts() throws {
        var book = book()
        try book.post(
            Fixture.transfer(
                (.debit, other, 400), (.credit, other, 400), (.debit, wallet, 1),
                (.credit, other, 1)),
            for: Fixture.cause)
        #expect(book.posted(other) == 1)
    }

    @Test("the overdraft limit is reached and not passed")
    func overdraft() {
        let limited = Fixture.account(posted: 100, limit: 50)
        var book = Book(accounts: [limited, other])
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(
                    Fixture.transfer((.debit, limited, 151), (.credit, other, 151)),
                    for: Fixture.cause)
            } == .insufficientFunds)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(
                    Fixture.transfer((.debit, limited, 150), (.credit, other, 150)),
                    for: Fixture.cause)
            } == nil)
        #expect(book.posted(limited) == -50)
    }

    @Test("a credit takes from an asset, which needs cover as well")
    func assetOverdrawn() {
        var book = book()
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(
                    Fixture.transfer((.debit, wallet, 1), (.credit, bank, 1)), for: Fixture.cause)
            } == .insufficientFunds)
    }

    @Test("held funds cannot be spent")
    func heldFunds() throws {
        var book = book()
        try book.place(Fixture.hold(600, on: wallet), for: Fixture.cause)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(
                    Fixture.transfer((.debit, wallet, 401), (.credit, other, 401)),
                    for: Fixture.cause)
            } == .insufficientFunds)
    }

    @Test("a reference is used once, also within one batch")
    func references() throws {
        var book = Book(
            accounts: [wallet, other],
            references: [Owned(tenant: Fixture.tenant, name: "r1")])
        func post(_ reference: String) -> LedgerRefusal.Code? {
            book.refusal { book throws(LedgerRefusal) in
                try book.post(
                    Fixture.transfer(
                        (.debit, wallet, 1), (.credit, other, 1), reference: reference),
                    for: Fixture.cause)
            }
        }
        #expect(post("r1") == .duplicateReference)
        #expect(post("r2") == nil)
        #expect(post("r2") == .duplicateReference)
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: LedgerRefusal.Code
        let accounts: [Account]
        let lines: [(Side, Int64)]

        init(
            _ testDescription: String, _ code: LedgerRefusal.Code, _ first: Account,
            _ second: Account, _ debit: Int64 = 1, _ credit: Int64 = 1
        ) {
            self.testDescription = testDescription
            self.code = code
            accounts = [first, second]
            lines = [(.debit, debit), (.credit, credit)]
        }
    }

    static let refused: [Refused] = {
        let rich = Fixture.account(posted: 1000)
        let payee = Fixture.account()
        return [
            Refused("debits ≠ credits", .unbalancedTransfer, rich, payee, 2, 1),
            Refused("an amount of zero", .invalidEntries, rich, payee, 0, 0),
            Refused("a negative amount", .invalidEntries, rich, payee, -1, -1),
            Refused(
                "more than may be moved", .invalidEntries, rich, payee, Money.maximumAmount + 1,
                Money.maximumAmount + 1),
            Refused("a frozen payee", .accountFrozen, rich, Fixture.account(status: .frozen)),
            Refused("a closed payee", .accountClosed, rich, Fixture.account(status: .closed)),
            Refused(
                "another tenant's account", .accountUnknown, rich,
                Fixture.account(tenant: "somebody else")),
            Refused(
                "a balance past counting", .balanceOverflow, rich, Fixture.account(posted: .max)),
        ]
    }()

    @Test("refuses, and leaves no trace", arguments: refused)
    func refuses(_ example: Refused) {
        var book = Book(accounts: example.accounts)
        let before = book
        let draft = TransferDraft(
            id: TransferID(),
            lines: zip(example.accounts, example.lines).map {
                Line(account: $0.id, side: $1.0, amount: Money($1.1, Fixture.usd))
            })
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(draft, for: Fixture.cause)
            } == example.code)
        #expect(book == before)
    }

    @Test("an account takes no other currency, balanced or not")
    func currencies() {
        let euros = Fixture.account(posted: 10, currency: Fixture.eur)
        var book = Book(accounts: [wallet, euros])
        let draft = TransferDraft(
            id: TransferID(),
            lines: [
                Line(account: euros.id, side: .debit, amount: Money(5, Fixture.usd)),
                Line(account: wallet.id, side: .credit, amount: Money(5, Fixture.usd)),
            ])
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(draft, for: Fixture.cause)
            } == .currencyMismatch)
    }

    @Test("one entry, or more than a hundred, is no transfer")
    func numberOfEntries() {
        var book = book()
        for count in [0, 1, 101] {
            let line = Line(account: wallet.id, side: .debit, amount: Money(1, Fixture.usd))
            let draft = TransferDraft(
                id: TransferID(), lines: Array(repeating: line, count: count))
            #expect(
                book.refusal { book throws(LedgerRefusal) in
                    try book.post(draft, for: Fixture.cause)
                } == .invalidEntries)
        }
    }
}
