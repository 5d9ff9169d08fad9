import Contracts
import Money
import TestSupport
import Testing

@testable import Ledger

@Suite("Reversing a transfer", .tags(.unit))
struct ReversalRuleTests {
    private let payer = Fixture.account(posted: 1_000)
    private let payee = Fixture.account(posted: 930)
    private let fees = Fixture.account(.revenue, posted: 70, role: .fees)

    /// A payment of 1000, of which 70 were the fee, as it is found when it is to be reversed.
    private var transfer: ReversibleTransfer {
        reversible([(.debit, payer, 1_000), (.credit, payee, 930), (.credit, fees, 70)])
    }

    private func reversible(
        _ lines: [(Side, Account, Int64)], reverses: TransferID? = nil
    ) -> ReversibleTransfer {
        ReversibleTransfer(
            id: TransferID(), tenant: Fixture.tenant, payment: nil, reverses: reverses,
            left: Dictionary(
                uniqueKeysWithValues: lines.map {
                    (.init(account: $0.1.id, side: $0.0, currency: $0.1.currency), $0.2)
                }))
    }

    private func book(_ transfer: ReversibleTransfer) -> Book {
        Book(accounts: [payer, payee, fees], reversibles: [transfer])
    }

    @Test("gives everything back from the other sides, and then there is nothing left")
    func whole() throws {
        let transfer = transfer
        var book = book(transfer)
        let draft = TransferDraft(id: TransferID(), lines: transfer.rest)
        let reversal = try book.reverse(transfer.id, by: draft, for: Fixture.cause)
        #expect(reversal.draft.reverses == transfer.id)
        #expect(book.accounts[payer.id]?.posted == 2_000)
        #expect(book.accounts[payee.id]?.posted == 0)
        #expect(book.accounts[fees.id]?.posted == 0)
        #expect(book.reversibles[transfer.id]?.rest.isEmpty == true)

        let again = Fixture.transfer((.debit, payee, 1), (.credit, payer, 1))
        let code = book.refusal { book throws(LedgerRefusal) in
            try book.reverse(transfer.id, by: again, for: Fixture.cause)
        }
        #expect(code == .alreadyReversed)
    }

    @Test("gives parts back, together never more than each side moved")
    func parts() throws {
        let transfer = transfer
        var book = book(transfer)
        for _ in 0..<3 {
            try book.reverse(
                transfer.id, by: Fixture.transfer((.debit, payee, 310), (.credit, payer, 310)),
                for: Fixture.cause)
        }
        let before = book
        let stranger = Fixture.account(posted: 100)
        for (lines, code) in [
            (
                Fixture.transfer((.debit, payee, 1), (.credit, payer, 1)),
                LedgerRefusal.Code.alreadyReversed
            ),
            (Fixture.transfer((.debit, fees, 71), (.credit, payer, 71)), .alreadyReversed),
            (Fixture.transfer((.credit, fees, 70), (.debit, payer, 70)), .invalidEntries),
            (Fixture.transfer((.debit, stranger, 1), (.credit, payer, 1)), .invalidEntries),
        ] {
            let refused = book.refusal { book throws(LedgerRefusal) in
                try book.reverse(transfer.id, by: lines, for: Fixture.cause)
            }
            #expect(refused == code)
        }
        #expect(book == before, "a refusal leaves no trace")
        try book.reverse(
            transfer.id, by: Fixture.transfer((.debit, fees, 70), (.credit, payer, 70)),
            for: Fixture.cause)
        #expect(book.reversibles[transfer.id]?.rest.isEmpty == true)
    }

    @Test("is refused where the money is gone, and for what is unknown or a reversal itself")
    func refused() {
        let transfer = transfer
        let back = reversible([(.debit, payer, 10), (.credit, payee, 10)], reverses: transfer.id)
        var poor = payee
        poor.posted = 100
        var book = Book(accounts: [payer, poor, fees], reversibles: [transfer, back])
        let all = TransferDraft(id: TransferID(), lines: transfer.rest)
        for (id, code) in [
            (transfer.id, LedgerRefusal.Code.insufficientFunds),
            (back.id, .transferIsReversal), (TransferID(), .transferUnknown),
        ] {
            let refused = book.refusal { book throws(LedgerRefusal) in
                try book.reverse(id, by: all, for: Fixture.cause)
            }
            #expect(refused == code)
        }
        #expect(book.changes.isEmpty)
    }

    @Test("is nobody else's business")
    func tenants() {
        let transfer = transfer
        var book = book(transfer)
        let draft = TransferDraft(id: TransferID(), lines: transfer.rest)
        let code = book.refusal { book throws(LedgerRefusal) in
            try book.reverse(
                transfer.id, by: draft, for: Cause(tenant: "evil", actor: "eve"))
        }
        #expect(code == .transferUnknown)
    }
}
