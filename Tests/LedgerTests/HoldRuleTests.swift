import Contracts
import Money
import TestSupport
import Testing

@testable import Ledger

@Suite("The rules of a hold", .tags(.unit))
struct HoldRuleTests {
    private let wallet = Fixture.account(.liability, posted: 1000)
    private let payee = Fixture.account(.liability)
    private let fees = Fixture.account(.revenue, role: .fees)
    private let tax = Fixture.account(.liability, role: .tax)

    private func book() -> Book { Book(accounts: [wallet, payee, fees, tax]) }

    @Test("a hold lowers what is available and leaves what is posted")
    func placing() throws {
        var book = book()
        try book.place(Fixture.hold(1000, on: wallet), for: Fixture.cause)
        #expect(book.posted(wallet) == 1000)
        #expect(book.accounts[wallet.id]?.available == 0)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.place(Fixture.hold(1, on: wallet), for: Fixture.cause)
            } == .insufficientFunds)
    }

    @Test("posting splits the amount between payee, fees and tax")
    func posting() throws {
        var book = book()
        let hold = Fixture.hold(1000, on: wallet)
        try book.place(hold, for: Fixture.cause)
        let transfer = try book.post(
            Fixture.posting(hold, to: payee, 1000, fee: 59, tax: 11), for: Fixture.cause)
        #expect(transfer.entries.map(\.line.account) == [wallet.id, payee.id, fees.id, tax.id])
        #expect(transfer.entries.map(\.line.amount.minorUnits) == [1000, 930, 59, 11])
        #expect(book.posted(wallet) == 0)
        #expect(book.held(wallet) == 0)
        #expect(book.holds[hold.id]?.status == .posted)
        #expect(book.holds[hold.id]?.transfer == transfer.id)
    }

    @Test("a line of zero is left out")
    func zeroLines() throws {
        var book = book()
        let hold = Fixture.hold(100, on: wallet)
        try book.place(hold, for: Fixture.cause)
        let transfer = try book.post(
            Fixture.posting(hold, to: payee, 100, fee: 100), for: Fixture.cause)
        #expect(transfer.entries.map(\.line.account) == [wallet.id, fees.id])
    }

    @Test("posting a part gives the rest back")
    func partial() throws {
        var book = book()
        let hold = Fixture.hold(1000, on: wallet)
        try book.place(hold, for: Fixture.cause)
        try book.post(Fixture.posting(hold, to: payee, 300), for: Fixture.cause)
        #expect(book.posted(wallet) == 700)
        #expect(book.accounts[wallet.id]?.available == 700)
    }

    @Test("a hold is resolved once")
    func resolvedOnce() throws {
        var book = book()
        let hold = Fixture.hold(100, on: wallet)
        try book.place(hold, for: Fixture.cause)
        try book.post(Fixture.posting(hold, to: payee, 100), for: Fixture.cause)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(Fixture.posting(hold, to: payee, 100), for: Fixture.cause)
            } == .holdNotOpen)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.void(hold.id, for: Fixture.cause)
            } == .holdNotOpen)
        #expect(book.posted(payee) == 100)
    }

    @Test("voiding twice gives back once")
    func voidedTwice() throws {
        var book = book()
        let hold = Fixture.hold(100, on: wallet)
        try book.place(hold, for: Fixture.cause)
        try book.void(hold.id, for: Fixture.cause)
        try book.void(hold.id, for: Fixture.cause)
        #expect(book.held(wallet) == 0)
        #expect(book.changes.count == 2)
    }

    @Test("a frozen payer's hold can be voided and not posted")
    func frozenPayer() throws {
        var book = book()
        let hold = Fixture.hold(100, on: wallet)
        try book.place(hold, for: Fixture.cause)
        try book.freeze(wallet.id, for: Fixture.cause)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(Fixture.posting(hold, to: payee, 100), for: Fixture.cause)
            } == .accountFrozen)
        try book.void(hold.id, for: Fixture.cause)
        #expect(book.held(wallet) == 0)
    }

    @Test("an overdue hold is not posted but expires; one that is not overdue stays")
    func expiry() throws {
        var late = Fixture.hold(100, on: wallet)
        late.isOverdue = true
        var account = wallet
        account.held = 200
        let early = Fixture.hold(100, on: wallet)
        var book = Book(accounts: [account, payee], holds: [late, early])
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(Fixture.posting(late, to: payee, 100), for: Fixture.cause)
            } == .holdExpired)
        try book.expire(late.id, for: Fixture.cause)
        try book.expire(early.id, for: Fixture.cause)
        #expect(book.holds[late.id]?.status == .expired)
        #expect(book.holds[early.id]?.status == .open)
        #expect(book.held(wallet) == 100)
    }

    @Test(
        "refuses to place",
        arguments: [
            (
                LedgerRefusal.Code.accountFrozen, Fixture.account(posted: 9, status: .frozen),
                Int64(1)
            ),
            (.accountClosed, Fixture.account(status: .closed), 1),
            (.accountNotHoldable, Fixture.account(.asset, posted: 9), 1),
            (.accountUnknown, Fixture.account(posted: 9, tenant: "somebody else"), 1),
            (.insufficientFunds, Fixture.account(posted: 9), 10),
            (.invalidEntries, Fixture.account(posted: 9), 0),
        ])
    func refusesToPlace(_ code: LedgerRefusal.Code, _ account: Account, _ amount: Int64) {
        var book = Book(accounts: [account])
        let before = book
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.place(Fixture.hold(amount, on: account), for: Fixture.cause)
            } == code)
        #expect(book == before)
    }

    @Test(
        "refuses to post",
        arguments: [
            (LedgerRefusal.Code.amountExceedsHold, Int64(101), Int64(0), AccountStatus.active),
            (.invalidEntries, 100, 101, .active),
            (.invalidEntries, 100, -1, .active),
            (.accountFrozen, 100, 0, .frozen),
            (.accountClosed, 100, 0, .closed),
            (.accountFrozen, 100, 100, .frozen),
        ])
    func refusesToPost(
        _ code: LedgerRefusal.Code, _ amount: Int64, _ fee: Int64, _ status: AccountStatus
    ) throws {
        let payee = Fixture.account(status: status)
        var book = Book(accounts: [wallet, payee, fees])
        let hold = Fixture.hold(100, on: wallet)
        try book.place(hold, for: Fixture.cause)
        let before = book
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.post(
                    Fixture.posting(hold, to: payee, amount, fee: fee), for: Fixture.cause)
            } == code)
        #expect(book == before)
    }

    @Test("an account is closed only when nothing is left on it, and the operator's never")
    func closing() throws {
        var book = book()
        func close(_ account: Account) -> LedgerRefusal.Code? {
            book.refusal { book throws(LedgerRefusal) in
                try book.close(account.id, for: Fixture.cause)
            }
        }
        #expect(close(wallet) == .accountNotEmpty)
        #expect(close(fees) == .accountOfOperator)
        #expect(close(payee) == nil)
        #expect(close(payee) == nil)
        #expect(
            book.refusal { book throws(LedgerRefusal) in
                try book.unfreeze(payee.id, for: Fixture.cause)
            } == .accountClosed)
        #expect(book.changes.count == 1)
    }
}
