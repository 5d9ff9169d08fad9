import LocalStack
import TestSupport
import Testing

/// A place in a process at which it is killed.
struct Edge: Sendable, CustomStringConvertible {
    let process: String
    let failpoint: String
    /// At which hit.
    let hit: Int

    var description: String { "\(failpoint) at hit \(hit)" }

    /// Every commit, produce, acknowledge and offset-store edge of every process.
    static let all: [Edge] = {
        var edges: [Edge] = []
        func add(_ process: String, _ operation: String, _ points: [String], hit: Int) {
            for point in points {
                edges.append(Edge(process: process, failpoint: "\(operation).\(point)", hit: hit))
            }
        }
        let commit = ["before-commit", "after-commit"]
        let offset = ["before-store-offset", "after-store-offset"]
        add("payment", "payment.create-payment", commit, hit: 20)
        add("payment", "payment.replies", commit + offset, hit: 10)
        add("payment", "payment.timeouts", commit, hit: 1)
        add("billing", "billing.commands", commit + offset, hit: 5)
        add("ledger", "ledger.commands", commit + offset, hit: 5)
        let relay = ["before-produce", "after-produce", "before-confirm", "after-confirm"]
        for source in ["payment", "billing", "ledger"] {
            add("relay", "relay.\(source)", relay, hit: 5)
        }
        return edges
    }()
}

/// One after the other on a stack of their own.
@Suite("A process killed at an edge", .serialized, .tags(.database, .kafka, .fault))
struct EdgeTests {
    private static let running = Faults.stack()

    @Test("loses nothing and does nothing twice", arguments: Edge.all)
    func killed(edge: Edge) async throws {
        let stack = try await Self.running.value
        let restarts = await stack.restarts(edge.process)
        let diedBeforeReady = try await arm(edge, on: stack)
        try await Faults.pay(50, on: stack) {
            // Nothing is overdue while everybody answers.
            if edge.failpoint.hasPrefix("payment.timeouts") { await stack.freeze("ledger") }
            try await eventually("\(edge) was reached") {
                if diedBeforeReady { return true }
                return await stack.restarts(edge.process) > restarts
            }
            await stack.thaw("ledger")
            try await stack.restart(edge.process, changing: ["FAILPOINTS": nil])
        }
    }

    /// Starts the process so that it dies there. Tells whether it did so before it was ready:
    /// what the payments before have left may be enough to bring it there.
    private func arm(_ edge: Edge, on stack: TestStack) async throws -> Bool {
        do {
            try await stack.restart(
                edge.process,
                changing: ["FAILPOINTS": "\(edge.failpoint)=crash@\(edge.hit)"])
            return false
        } catch let error as LocalStackError where error.code == .died {
            return true
        }
    }
}
