import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Requests that take turns")
struct TurnsTests {
    private static let answer = IdempotentRequest.Outcome.answered(
        KeptAnswer(status: 201, body: []), replayed: false)

    @Test("are performed so many at a time", .tags(.unit))
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

    @Test("of other tenants do not wait, but for a few", .tags(.unit))
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

    @Test("on a route that says so have one transaction at a time", .tags(.database))
    func route() async throws {
        let inside = Mutex((now: 0, atMost: 0))
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.turns", scope: .ledgerWrite, atOnce: 1) {
                (input: NoteRoutes.NewNote, scope, tx) in
                inside.withLock { ($0.now, $0.atMost) = ($0.now + 1, max($0.atMost, $0.now + 1)) }
                defer { inside.withLock { $0.now -= 1 } }
                for _ in 1...5 { _ = try NoteRoutes.write(input, scope, tx) }
                return .created([input.body.text])
            }
        }) { server in
            let token = try await RunningHost.token()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...40 {
                    group.addTask {
                        let reply = try await server.post(
                            "/v1/notes", #"{"body":"n"}"#, key: "k\(number)", token: token)
                        #expect(reply.status == 201)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await server.notes() == 200)
        }
        #expect(inside.withLock(\.atMost) == 1)
    }

    @Test("fail alone", .tags(.unit))
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
