import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger

@Suite("A reversal written by hand", .tags(.database))
struct ReversalByHandTests {
    private static func reversal(
        of transfer: TransferID, _ amount: Int64, from: AccountID, to: AccountID
    ) -> TransferDraft {
        var draft = TransferDraft(
            id: TransferID(),
            lines: [
                Line(account: from, side: .debit, amount: Money(amount, Fixture.usd)),
                Line(account: to, side: .credit, amount: Money(amount, Fixture.usd)),
            ])
        draft.reverses = transfer
        return draft
    }

    @Test("of too much fails")
    func byHand() async throws {
        try await LedgerFixture.with { ledger in
            let one = try await ledger.open(balance: 100)
            let two = try await ledger.open(balance: 1_000)
            let transfer = try await ledger.transfer((.debit, one, 60), (.credit, two, 60))
            let tooMuch = Self.reversal(of: transfer, 61, from: two, to: one)
            let error = await #expect(throws: PostgresError.self) {
                try await ledger.change {
                    $0.name(one, of: Fixture.tenant)
                    $0.name(two, of: Fixture.tenant)
                } decide: { book throws(LedgerRefusal) in
                    try book.post(tooMuch, for: Fixture.cause)
                }
            }
            #expect(error?.constraint == "transfer_reversed_within")
        }
    }

    @Test("fails where an earlier one of its transaction leaves too little")
    func twiceInOneTransaction() async throws {
        try await LedgerFixture.with { ledger in
            let one = try await ledger.open(balance: 100)
            let two = try await ledger.open(balance: 1_000)
            let transfer = try await ledger.transfer((.debit, one, 60), (.credit, two, 60))
            @Sendable func giveBack(_ amounts: Int64...) async throws {
                try await ledger.database.transaction { tx in
                    for amount in amounts {
                        var named = WorkingSet()
                        named.name(one, of: Fixture.tenant)
                        named.name(two, of: Fixture.tenant)
                        var book = try Book.load(named, in: tx)
                        try book.post(
                            Self.reversal(of: transfer, amount, from: two, to: one),
                            for: Fixture.cause)
                        try book.record(in: tx)
                    }
                }
            }
            let error = await #expect(throws: PostgresError.self) { try await giveBack(40, 21) }
            #expect(error?.constraint == "transfer_reversed_within")
            try await giveBack(40, 20)
            #expect(try await ledger.balance(one) == [100, 0])
        }
    }
}
