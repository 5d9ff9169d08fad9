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
            let clients = try await ModelClients(ledger, &random)
            var model = clients.start
            for _ in 0..<150 {
                let operation = clients.operation(&random)
                let accepted = try await clients.perform(operation)
                let expected = try await clients.replay(into: &model)
                #expect(expected, "the model cannot follow \(operation)")
                if !accepted {
                    var attempt = model
                    #expect(!clients.tryOut(operation, on: &attempt), "refused: \(operation)")
                }
            }
            #expect(try await clients.stored() == model)
        }
    }

    @Test("from many connections, all that it accepts can be done in the order of its events")
    func crowd() async throws {
        var random = SeededRandom.fromEnvironment()
        print("ledger against its model, in a crowd: \(random)")
        try await LedgerFixture.with { ledger in
            let clients = try await ModelClients(ledger, &random)
            var model = clients.start
            let seeds = (0..<8).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for seed in seeds {
                    group.addTask {
                        var random = SeededRandom(seed)
                        var accepted = 0
                        for _ in 0..<60 {
                            let operation = clients.operation(&random)
                            if try await clients.perform(operation) { accepted += 1 }
                        }
                        return accepted
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(accepted > 50)
            #expect(try await clients.replay(into: &model))
            #expect(try await clients.stored() == model)
        }
    }
}
