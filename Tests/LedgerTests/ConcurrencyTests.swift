import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger

@Suite("Many at once", .tags(.database))
struct ConcurrencyTests {
    @Test("50 holds of 100 against 4,900 are exactly 49")
    func holdsCompete() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 4_900)
            let refused = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let hold = Hold(
                            id: HoldID(), tenant: Fixture.tenant, account: wallet, to: nil,
                            amount: Money(100, Fixture.usd), payment: nil, saga: nil)
                        do {
                            try await ledger.change {
                                $0.name(wallet, of: Fixture.tenant)
                            } decide: {
                                book throws(LedgerRefusal) in
                                try book.place(hold, for: Fixture.cause)
                            }
                            return 0
                        } catch let refusal as LedgerRefusal {
                            #expect(refusal.code == .insufficientFunds)
                            return 1
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(refused == 1)
            #expect(try await ledger.balance(wallet) == [4_900, 4_900])
            #expect(try await ledger.count(TestQueries.openHolds) == 49)
        }
    }

    @Test("transfers back and forth neither deadlock nor lose anything")
    func transfersCross() async throws {
        try await LedgerFixture.with { ledger in
            let one = try await ledger.open(balance: 1_000)
            let two = try await ledger.open(balance: 1_000)
            try await withThrowingTaskGroup { group in
                for index in 0..<40 {
                    let (from, to) = index.isMultiple(of: 2) ? (one, two) : (two, one)
                    group.addTask {
                        try await ledger.transfer((.debit, from, 7), (.credit, to, 7))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await ledger.balance(one) == [1_000, 0])
            #expect(try await ledger.balance(two) == [1_000, 0])
            #expect(try await ledger.count(TestQueries.transfers) == 42)
        }
    }

    @Test("overdue holds are swept, by several sweepers once each")
    func sweep() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 1_000)
            for _ in 0..<5 {
                var hold = Hold(
                    id: HoldID(), tenant: Fixture.tenant, account: wallet, to: nil,
                    amount: Money(10, Fixture.usd), payment: nil, saga: nil)
                hold.expiresIn = -1
                let overdue = hold
                try await ledger.change {
                    $0.name(wallet, of: Fixture.tenant)
                } decide: {
                    book throws(LedgerRefusal) in
                    try book.place(overdue, for: Fixture.cause)
                }
            }
            async let first: Void = ExpireHolds.sweepAll(ledger.database)
            async let second: Void = ExpireHolds.sweepAll(ledger.database)
            _ = try await (first, second)
            #expect(try await ledger.balance(wallet) == [1_000, 0])
            #expect(try await ledger.count(TestQueries.openHolds) == 0)
        }
    }
}
