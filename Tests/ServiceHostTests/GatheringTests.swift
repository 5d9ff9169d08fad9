import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Requests that arrive together", .tags(.database))
struct GatheringTests {
    @Test("are handled in few transactions, each with its own answer")
    func together() async throws {
        let batches = Batches()
        try await RunningHost.serving(batches.add) { server in
            let token = try await RunningHost.token()
            let replies = try await Self.atOnce(60) { index in
                try await server.post(
                    "/v1/notes", #"{"body":"note \#(index)"}"#, key: "k-\(index)", token: token)
            }
            for (index, reply) in replies.enumerated() {
                #expect(reply.status == 201)
                #expect(reply.text.contains("note \(index)\""))
            }
            #expect(try await server.notes() == 60)
            #expect(batches.sizes.reduce(0, +) == 60)
            #expect(batches.sizes.count < 60, "nothing was gathered")
        }
    }

    @Test("do not answer for each other: a refused one, and one that breaks the batch")
    func neighbours() async throws {
        let batches = Batches()
        try await RunningHost.serving(batches.add) { server in
            let token = try await RunningHost.token()
            let bodies = ["fine", "refused", "fine", "poison", "fine", "missing"]
            let replies = try await Self.atOnce(36) { index in
                try await server.post(
                    "/v1/notes", #"{"body":"\#(bodies[index % 6])"}"#, key: "k-\(index)",
                    token: token)
            }
            for (index, reply) in replies.enumerated() {
                let expected = ["fine": 201, "refused": 422, "poison": 500, "missing": 404]
                #expect(reply.status == expected[bodies[index % 6]])
            }
            #expect(try await server.notes() == 18)

            let kept = try await server.post(
                "/v1/notes", #"{"body":"refused"}"#, key: "k-1", token: token)
            #expect(kept.status == 422 && kept.headers["idempotent-replayed"] == "true")
            let notKept = try await server.post(
                "/v1/notes", #"{"body":"fine"}"#, key: "k-5", token: token)
            #expect(notKept.status == 201, "a key of what is not kept may be used again")
        }
    }

    @Test("with one key have one effect, and one answer or are told to wait")
    func oneKey() async throws {
        let batches = Batches()
        try await RunningHost.serving(batches.add) { server in
            let token = try await RunningHost.token()
            for round in 0..<5 {
                let replies = try await Self.atOnce(20) { _ in
                    try await server.post(
                        "/v1/notes", #"{"body":"x"}"#, key: "race-\(round)", token: token)
                }
                let answered = replies.filter { $0.status == 201 }
                let told = replies.filter { $0.status == 409 }
                #expect(answered.count + told.count == 20)
                #expect(Set(answered.map(\.bytes)).count == 1)
                #expect(try await server.notes() == Int64(round + 1))
            }
        }
    }

    @Test("and a rehearsal: it leaves its key to be used")
    func rehearsal() async throws {
        let batches = Batches()
        try await RunningHost.serving(batches.add) { server in
            let rehearsed = try await server.post(
                "/v1/notes", #"{"body":"rehearsal"}"#, key: "k")
            #expect(rehearsed.status == 200)
            let real = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
            #expect(real.status == 201)
            #expect(real.headers["idempotent-replayed"] == nil)
            #expect(try await server.notes() == 1)
        }
    }

    @Test("may be completed after their commit, and again when they are repeated")
    func pending() async throws {
        let batches = Batches()
        try await RunningHost.serving(batches.add) { server in
            let token = try await RunningHost.token()
            let replies = try await Self.atOnce(20) { index in
                try await server.post(
                    "/v1/notes", #"{"body":"pending"}"#, key: "k-\(index)", token: token)
            }
            for reply in replies {
                #expect(reply.status == 201)
                #expect(reply.text.contains("completed note"))
            }
            #expect(batches.sizes.count < 20, "nothing was gathered")
            let again = try await server.post(
                "/v1/notes", #"{"body":"pending"}"#, key: "k-7", token: token)
            #expect(again.bytes == replies[7].bytes)
            #expect(again.headers["idempotent-replayed"] == "true")
            #expect(try await server.notes() == 20)
        }
    }

    @Test("are found pending by a repetition that comes before they are completed")
    func stillPending() async throws {
        let batches = Batches()
        try await RunningHost.serving(batches.add) { server in
            let token = try await RunningHost.token()
            let first = try await server.post(
                "/v1/notes", #"{"body":"fails to complete"}"#, key: "k", token: token)
            #expect(first.status == 500)
            let again = try await server.post(
                "/v1/notes", #"{"body":"fails to complete"}"#, key: "k", token: token)
            #expect(again.status == 201)
            #expect(try await server.notes() == 1)
        }
    }

    private static func atOnce(
        _ count: Int, _ ask: @escaping @Sendable (Int) async throws -> RunningHost.Reply
    ) async throws -> [RunningHost.Reply] {
        try await withThrowingTaskGroup { group in
            for index in 0..<count { group.addTask { (index, try await ask(index)) } }
            var replies: [Int: RunningHost.Reply] = [:]
            for try await (index, reply) in group { replies[index] = reply }
            return (0..<count).compactMap { replies[$0] }
        }
    }
}

/// A route that takes notes together, and counts how many came together.
private final class Batches: Sendable {
    private struct Poison: Error {}
    private let state = Mutex<[Int]>([])
    private let hasFailed = Mutex(false)

    /// Of the batches that were handled to their end.
    var sizes: [Int] { state.withLock { $0 } }

    @Sendable func add(to routes: inout Routes) {
        let handler: Routes.BatchHandler<NoteRoutes.NewNote> = { [self] notes, tx in
            let answers = try notes.map { note in try Self.answer(note.input, note.scope, tx) }
            state.withLock { $0.append(notes.count) }
            return answers
        }
        routes.post(
            "/v1/notes", operation: "test.notes", scope: .ledgerWrite, together: handler,
            completion: { [self] resource, _, _ in try complete(resource) })
    }

    /// Fails once for a note that asks for it.
    private func complete(_ resource: String) throws -> Answer {
        let fails = hasFailed.withLock { hasFailed in
            guard resource == "fails to complete", !hasFailed else { return false }
            hasFailed = true
            return true
        }
        if fails { throw Poison() }
        return .created(["completed": "completed note"], location: "/v1/notes/1")
    }

    private static func pending(
        _ input: NoteRoutes.NewNote, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        _ = try NoteRoutes.write(input, scope, tx)
        return .pending(resource: input.body.text)
    }

    private static func answer(
        _ input: NoteRoutes.NewNote, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        switch input.body.text {
        case "poison": throw Poison()
        case "refused": .problem(.unprocessable(code: TestCode.refused, detail: "No."))
        case "missing": .problem(.notFound)
        case "rehearsal": Answer.ok(input).rehearsed
        case "pending", "fails to complete":
            try Self.pending(input, scope, tx)
        default: .created(try NoteRoutes.write(input, scope, tx))
        }
    }
}
