import TestSupport
import Testing

@testable import Saga

@Suite(
    "Every interleaving of what a bus and its participants can do to a saga", .tags(.unit),
    .serialized)
struct ExplorationTests {
    @Test(
        "keeps each effect single, undoes all or nothing, and can end",
        arguments: [
            (ExploredSagas.payment, Bounds(faults: 2, copies: 1)),
            (ExploredSagas.refund, Bounds(faults: 4, copies: 2)),
            (ExploredSagas.errands, Bounds(faults: 1, copies: 2)),
            (ExploredSagas.journey, Bounds(faults: 1, copies: 1)),
            (ExploredSagas.decision, Bounds(faults: 6, copies: 3)),
        ])
    func explore(plan: Plan, bounds: Bounds) async throws {
        let report = try await onOwnThread {
            var explorer = Explorer(Universe(plan, bounds))
            return try explorer.run()
        }
        print("\(report); at most \(bounds.faults) faults, \(bounds.copies) copies")
        #expect(report.counterexample == nil, "\(report.counterexample.map(\.description) ?? "")")
        #expect(!report.isCutShort)
        #expect(report.succeeded > 0)
        #expect(report.compensated > 0)
        #expect(report.waitingForPerson > 0)
    }
}
