import TestSupport
import Testing

@testable import Ledger

@Suite("Against a ledger as simple as one can be", .tags(.database))
struct ModelTests {
    @Test("one after the other, it accepts and refuses the same, and ends the same")
    func sequence() async throws {
        var random = SeededRandom.fromEnvironment()
        print("ledger against its model, in sequence: \(random)")
        try await LedgerFixture.with { ledger in
            let clients = ModelClients(ledger)
            // One does what is asked, the other what is told.
            var asked = clients.start
            var told = asked
            var accepted = 0
            for verdict in try await clients.open(&random) {
                let agrees = asked.agrees(with: verdict)
                #expect(agrees)
            }
            for _ in 0..<200 {
                let operation = try clients.operation(&random)
                for verdict in try await clients.perform(operation) {
                    let agrees = asked.agrees(with: verdict)
                    #expect(agrees, "granted: \(verdict.isGranted), \(operation)")
                    if verdict.isGranted { accepted += 1 }
                }
                #expect(try await clients.replay(into: &told), "it told otherwise: \(operation)")
                let isSame = asked == told
                try #require(isSame, "it told otherwise: \(operation)")
            }
            #expect(accepted > 50)
            #expect(clients.untold(in: told).isEmpty)
            #expect(try await clients.stored(like: told) == told)
            try await clients.expectBalances(of: told, &random)
        }
    }

    @Test("from many connections, all that it accepts can be done in the order of its events")
    func crowd() async throws {
        var random = SeededRandom.fromEnvironment()
        print("ledger against its model, in a crowd: \(random)")
        try await LedgerFixture.with { ledger in
            let clients = ModelClients(ledger)
            var told = clients.start
            _ = try await clients.open(&random)
            let seeds = (0..<8).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for seed in seeds {
                    group.addTask {
                        var random = SeededRandom(seed)
                        var accepted = 0
                        for _ in 0..<60 {
                            let operation = try clients.operation(&random)
                            let verdicts = try await clients.perform(operation)
                            accepted += verdicts.count { $0.isGranted }
                        }
                        return accepted
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(accepted > 100)
            #expect(try await clients.replay(into: &told), "it told what cannot be done")
            #expect(clients.untold(in: told).isEmpty)
            #expect(try await clients.stored(like: told) == told)
            try await clients.expectBalances(of: told, &random)
        }
    }
}
