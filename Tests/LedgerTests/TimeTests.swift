import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("A balance at a moment", .tags(.database))
struct TimeTests {
    @Test("is the sum of what was known, or had taken effect, whatever was dated back or ahead")
    func sums() async throws {
        var random = SeededRandom.fromEnvironment()
        print("balances in time: \(random)")
        try await LedgerFixture.with { ledger in
            let accounts = [try await ledger.open(.asset), try await ledger.open()]
            for _ in 0..<60 {
                let effective = Self.time(&random)
                try await ledger.post(
                    Int64.random(in: 1...500, using: &random), from: accounts[0], to: accounts[1],
                    effectiveAt: effective)
            }
            for (account, side) in zip(accounts, [Side.debit, .credit]) {
                let entries = try await ledger.entries(of: account, .known)
                #expect(entries.count == 60)
                var moments = entries.flatMap { [$0.createdAt, $0.effectiveAt] }
                moments += moments.map { $0.addingTimeInterval(-0.000_001) }
                moments.append(Date(timeIntervalSince1970: 0))
                for moment in moments {
                    let known = entries.filter { $0.createdAt <= moment }
                    let effective = entries.filter { $0.effectiveAt <= moment }
                    if moment < Date() {
                        #expect(
                            try await ledger.balance(account, at: moment, .known)
                                == Self.sum(known, side))
                    }
                    #expect(
                        try await ledger.balance(account, at: moment, .effective)
                            == Self.sum(effective, side))
                }
            }
        }
    }

    @Test("and a list of entries agree, page by page, on either axis")
    func pages() async throws {
        var random = SeededRandom.fromEnvironment()
        print("entries in time: \(random)")
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            // Of few days, so that many take effect at one moment.
            let days = (0..<4).map { day in
                Date(timeIntervalSince1970: 1_780_000_000 + 86_400 * Double(day))
            }
            for _ in 0..<40 {
                try await ledger.post(
                    Int64.random(in: 1...500, using: &random), from: bank, to: wallet,
                    effectiveAt: days.randomElement(using: &random)!)
            }
            for axis in TimeAxis.allCases {
                let all = try await ledger.entries(of: wallet, axis)
                let times = all.map { axis == .known ? $0.createdAt : $0.effectiveAt }
                #expect(times == times.sorted())
                #expect(all.last?.balanceAfter == Self.sum(all, .credit))
                var running: Int64 = 0
                for entry in all {
                    running += entry.amount
                    #expect(entry.balanceAfter == running)
                }
                let from = times[13]
                let part = try await ledger.entries(of: wallet, axis, from: from)
                let expected = zip(all, times).filter { $0.1 >= from }.map(\.0)
                #expect(part.map(\.version) == expected.map(\.version))
                #expect(part.map(\.balanceAfter) == expected.map(\.balanceAfter))
            }
        }
    }

    @Test("that was known is told the same ever after, while others write")
    func neverChanges() async throws {
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            let told = try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<25 { try await ledger.post(1, from: bank, to: wallet) }
                        return [(at: Date, posted: Int64)]()
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        var told: [(at: Date, posted: Int64)] = []
                        for _ in 0..<40 {
                            // Taken from the database's clock, at the last moment that is past.
                            let answer = try await ledger.balance(wallet, .known)
                            told.append(answer)
                        }
                        return told
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(told.count == 80)
            for (at, posted) in told {
                #expect(try await ledger.balance(wallet, at: at, .known) == posted)
            }
        }
    }

    @Test("of hours ago waits for nobody, who could not record anything so long before")
    func longPast() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open()
            let writer = try Connection(url: ledger.testDatabase.url)
            try writer.execute("BEGIN")
            try writer.execute("UPDATE account SET held = held WHERE id = '\(wallet.uuid)'")
            let past = Date(timeIntervalSinceNow: -7200)
            #expect(try await ledger.balance(wallet, at: past, .known) == 0)
            let query = ["at": RFC3339.format(past), "axis": "known"]
            #expect(try await ledger.trialBalance(query).difference == 0)
            try writer.execute("COMMIT")
        }
    }

    @Test("of just now waits for whoever is recording something before it")
    func waits() async throws {
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            let writer = try Connection(url: ledger.testDatabase.url)
            try writer.execute("BEGIN")
            try writer.execute(
                "UPDATE account SET held = held WHERE id = '\(wallet.uuid)'")
            async let asked = ledger.balance(wallet, .known)
            let isWaiting = """
                SELECT count(*) = 1 FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
                 WHERE NOT pg_locks.granted AND activity.datname = current_database()
                """
            let observer = try Connection(url: ledger.testDatabase.ownerURL)
            try await eventually("the question waits") {
                try observer.query(isWaiting)[0].read(0)
            }
            try writer.execute("COMMIT")
            #expect(try await asked.posted == 0)
            try await ledger.post(1, from: bank, to: wallet)
        }
    }

    @Test("of the future is not known yet")
    func future() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open(balance: 5)
            let tomorrow = Date().addingTimeInterval(86_400)
            let problem = await #expect(throws: Problem.self) {
                try await ledger.balance(wallet, at: tomorrow, .known)
            }
            #expect(problem?.status == 400)
            #expect(try await ledger.balance(wallet, at: tomorrow, .effective) == 5)
        }
    }

    /// Nothing, a time of the last days, or one of the next.
    private static func time(_ random: inout SeededRandom) -> Date? {
        let seconds = Double(Int.random(in: 0..<400_000, using: &random))
        return switch Int.random(in: 0..<4, using: &random) {
        case 0: Date().addingTimeInterval(-seconds)
        case 1: Date().addingTimeInterval(-seconds / 1_000)
        case 2: Date().addingTimeInterval(seconds)
        default: nil
        }
    }

    private static func sum(_ entries: [EntryView], _ normal: Side) -> Int64 {
        entries.reduce(0) { $0 + ($1.side == normal ? $1.amount : -$1.amount) }
    }
}

@Suite("A statement", .tags(.database))
struct StatementTests {
    @Test("of a period that ends before it begins is refused")
    func reversed() async throws {
        try await LedgerFixture.with { ledger in
            let wallet = try await ledger.open()
            let query = ["from": "2026-11-21T09:00:00Z", "to": "2026-11-21T08:00:00Z"]
            await #expect(throws: Problem.self) {
                _ = try await ledger.statement(of: wallet, query)
            }
        }
    }

    @Test("opens, runs and closes, as JSON and as CSV")
    func document() async throws {
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            try await ledger.post(500, from: bank, to: wallet)
            let from = try await ledger.balance(wallet, .known).at
            try await ledger.post(20, from: wallet, to: bank, reference: "=1+1, \"rent\"")
            try await ledger.post(7, from: bank, to: wallet)
            let query = ["from": RFC3339.format(from), "axis": "known"]

            let json = try await ledger.statement(of: wallet, query)
            let statement = try WireJSON.decode(Document.self, from: json)
            #expect(statement.opening == 500)
            #expect(statement.debits == 20)
            #expect(statement.credits == 7)
            #expect(statement.closing == 487)
            #expect(statement.lines.map(\.balanceAfter) == [480, 487])

            let csv = try await ledger.statement(
                of: wallet, query.merging(["format": "csv"]) { $1 })
            let rows = String(decoding: csv, as: UTF8.self).split(separator: "\r\n")
            #expect(rows.count == 5)
            #expect(rows[1].hasPrefix("opening,") && rows[1].hasSuffix(",500,USD"))
            #expect(rows[2].contains(",\"'=1+1, \"\"rent\"\"\",20,,480,USD"))
            #expect(rows[4].hasPrefix("closing,") && rows[4].hasSuffix(",20,7,487,USD"))
        }
    }

    private struct Document: Decodable {
        struct Line: Decodable { let balanceAfter: Int64 }
        let opening: Int64
        let closing: Int64
        let debits: Int64
        let credits: Int64
        let lines: [Line]
    }
}
