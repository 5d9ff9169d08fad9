import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Requests that take turns", .tags(.unit))
struct TurnsTests {
    private static let answer = IdempotentRequest.Outcome.answered(
        KeptAnswer(status: 201, body: []), replayed: false)

    @Test("are performed so many at a time")
    func atOnce() async throws {
        let turns = Turns("requests of a test", atOnce: 2)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    _ = try await turns.take(by: "acme") {
                        await gate.pass(number)
                        return Self.answer
                    }
                }
            }
            for done in 0..<6 {
                let started = min(done + 2, 6)
                try await eventually("\(started) have had their turn") {
                    gate.arrived.count >= started
                }
                #expect(gate.arrived.count == started)
                gate.open(gate.arrived[done])
            }
            try await group.waitForAll()
        }
        #expect(gate.arrived.sorted() == Array(0..<6))
    }

    @Test("of other tenants do not wait, but for a few")
    func tenants() async throws {
        let turns = Turns("requests of a test", atOnce: 1)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    _ = try await turns.take(by: "tenant \(number)") {
                        await gate.pass(number)
                        return Self.answer
                    }
                }
            }
            try await eventually("several have their turn at once") { gate.arrived.count > 8 }
            for number in 0..<100 { gate.open(number) }
            try await group.waitForAll()
        }
    }

    @Test("fail alone")
    func failure() async throws {
        struct Failure: Error {}
        let turns = Turns("requests of a test", atOnce: 1)
        await #expect(throws: Failure.self) {
            try await turns.take(by: "acme") { throw Failure() }
        }
        guard case .answered(let kept, _) = try await turns.take(by: "acme", { Self.answer }) else {
            Issue.record("the next one was not answered")
            return
        }
        #expect(kept.status == 201)
    }
}

/// Lets each through once it is open for it.
private final class Gate: Sendable {
    private struct State {
        var arrived: [Int] = []
        var open: Set<Int> = []
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    var arrived: [Int] { state.withLock(\.arrived) }

    func pass(_ number: Int) async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrived.append(number)
                if !state.open.contains(number) { state.waiting[number] = continuation }
                return state.open.contains(number)
            }
            if isOpen { continuation.resume() }
        }
    }

    func open(_ number: Int) {
        let waiting = state.withLock { state in
            state.open.insert(number)
            return state.waiting.removeValue(forKey: number)
        }
        waiting?.resume()
    }
}
