import Contracts
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("A database's clock", .tags(.database))
struct ClockTests {
    private static func with(
        _ body: (LedgerFixture, TestClock, _ bank: AccountID, _ wallet: AccountID) async throws
            -> Void
    ) async throws {
        let clock = try TestClock()
        try await LedgerFixture.with(clock: clock) { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            try await body(ledger, clock, bank, wallet)
        }
    }

    @Test("that is set back turns nothing round: what comes later is recorded later")
    func setBack() async throws {
        try await Self.with { ledger, clock, bank, wallet in
            try await ledger.post(1, from: bank, to: wallet)
            try clock.set(ahead: -1800)
            for (amount, sum) in [(10, 11), (100, 111)] as [(Int64, Int64)] {
                try await ledger.post(amount, from: bank, to: wallet)
                #expect(try await ledger.balance(wallet, .known).posted == sum)
                #expect(try await ledger.balance(wallet, .effective).posted == sum)
            }
            for axis in TimeAxis.allCases {
                let entries = try await ledger.entries(of: wallet, axis)
                #expect(entries.map(\.balanceAfter) == [1, 11, 111])
                let times = entries.map(\.createdAt)
                #expect(times == times.sorted())
                #expect(Set(times).count == 3, "none is recorded at the time of another")
            }
            // Once the clock has come so far that it may be asked.
            try clock.set(ahead: 60)
            for entry in try await ledger.entries(of: wallet, .known) {
                let known = try await ledger.balance(wallet, at: entry.createdAt, .known)
                #expect(known == entry.balanceAfter)
            }
        }
    }

    @Test("that was ahead for hours holds up the accounts of that time, and no others")
    func ahead() async throws {
        try await Self.with { ledger, clock, bank, wallet in
            let (other, till) = (try await ledger.open(), try await ledger.open(.asset))
            try clock.set(ahead: 5 * 3600)
            try await ledger.post(1, from: bank, to: wallet)
            try clock.set(ahead: 0)
            let problem = await #expect(throws: Problem.self) {
                try await ledger.post(10, from: bank, to: wallet)
            }
            #expect(problem?.status == 503)
            #expect(problem?.code == "clock-behind")
            #expect(problem?.retryAfter == 3600)
            try await ledger.post(10, from: till, to: other)
            #expect(try await ledger.balance(other, .known).posted == 10)

            try clock.set(ahead: 4 * 3600 + 60)
            try await ledger.post(10, from: bank, to: wallet)
            #expect(try await ledger.balance(wallet, .known).posted == 11)
        }
    }

    @Test("decides alone when a hold runs out")
    func holds() async throws {
        try await Self.with { ledger, clock, bank, wallet in
            try await ledger.post(100, from: bank, to: wallet)
            let scope = ledger.scope
            let request = PlaceHoldRequest(
                account: wallet, to: bank, amount: try Amount(40), currency: Fixture.usd,
                expiresIn: 3600)
            _ = try await ledger.database.transaction { tx in try request.handle(scope, tx) }
            try await ExpireHolds.sweepAll(ledger.database)
            #expect(try await ledger.balance(wallet) == [100, 40])
            try clock.set(ahead: -7200)
            try await ExpireHolds.sweepAll(ledger.database)
            #expect(try await ledger.balance(wallet) == [100, 40])
            try clock.set(ahead: 3601)
            try await ExpireHolds.sweepAll(ledger.database)
            #expect(try await ledger.balance(wallet) == [100, 0])
        }
    }
}
