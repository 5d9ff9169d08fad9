import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Idempotency", .tags(.database))
struct IdempotencyTests {
    @Test("a repeated request gets the same bytes and has one effect")
    func replays() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            let first = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
            let again = try await server.post(
                "/v1/notes", #" {"amount": null, "body" : "x"} "#, key: "\"k\"")
            #expect(first.status == 201)
            #expect(first.headers["idempotent-replayed"] == nil)
            #expect(again.status == 201)
            #expect(again.bytes == first.bytes)
            #expect(again.headers["location"] == first.headers["location"])
            #expect(first.headers["location"] != nil)
            #expect(again.headers["idempotent-replayed"] == "true")
            #expect(try await server.notes() == 1)
        }
    }

    @Test("a key is free after a request with a field that there is not")
    func keepsNoUnknownField() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            let refused = try await server.post(
                "/v1/notes", #"{"body":"x","amout":5}"#, key: "k")
            #expect(refused.status == 400)
            #expect(try refused.problem().code == "unknown-field")
            #expect(try await server.notes() == 0)
            let mended = try await server.post("/v1/notes", #"{"body":"x","amount":5}"#, key: "k")
            #expect(mended.status == 201)
            #expect(mended.headers["idempotent-replayed"] == nil)
            let again = try await server.post(
                "/v1/notes", #"{"body":"x","amount":5,"amout":5}"#, key: "k")
            #expect(again.status == 400, "not the answer to another request")
        }
    }

    @Test("a key that was used for another request is 422; another tenant may use it")
    func tellsRequestsApart() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            _ = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
            let other = try await server.post("/v1/notes", #"{"body":"y"}"#, key: "k")
            #expect(other.status == 422)
            #expect(try other.problem().code == "idempotency-key-reused")
            var claims = RunningHost.Claims()
            claims.tenant = "other"
            let tenant = try await server.post(
                "/v1/notes", #"{"body":"x"}"#, key: "k", token: try await RunningHost.token(claims))
            #expect(tenant.status == 201)
            #expect(tenant.headers["idempotent-replayed"] == nil)
            #expect(try await server.notes() == 2)
        }
    }

    @Test("twenty at once with one key have one effect and one answer, or are told to wait")
    func races() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            for round in 0..<5 {
                let token = try await RunningHost.token()
                let replies = try await withThrowingTaskGroup(of: RunningHost.Reply.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            try await server.post(
                                "/v1/notes", #"{"body":"x"}"#, key: "race-\(round)", token: token)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let answered = replies.filter { $0.status == 201 }
                let told = replies.filter { $0.status == 409 }
                #expect(answered.count + told.count == 20)
                #expect(Set(answered.map(\.bytes)).count == 1)
                #expect(told.allSatisfy { $0.headers["retry-after"] == "1" })
                #expect(try await server.notes() == Int64(round + 1))
            }
        }
    }

    @Test("a refusal that is thrown rolls back what was written, and is stored")
    func storesRefusals() async throws {
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.refuse", scope: .ledgerWrite) {
                (input: NoteRoutes.NewNote, scope, tx) in
                let note = try NoteRoutes.write(input, scope, tx)
                throw Problem.paymentRequired(
                    code: TestCode.insufficientFunds, detail: "Note \(note.id) is too dear.")
            }
        }) { server in
            let first = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
            let again = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
            #expect(first.status == 402)
            #expect(try first.problem().code == "insufficient-funds")
            #expect(again.bytes == first.bytes)
            #expect(again.headers["idempotent-replayed"] == "true")
            #expect(try await server.notes() == 0)
        }
    }

    @Test("a 404 is not stored, whether it is thrown or returned")
    func forgetsNotFound() async throws {
        let thrown = Atomic(0)
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.missing", scope: .ledgerWrite) {
                (input: NoteRoutes.NewNote, scope, tx) in
                let note = try NoteRoutes.write(input, scope, tx)
                switch thrown.wrappingAdd(1, ordering: .relaxed).newValue {
                case 1: throw Problem.notFound
                case 2: return .problem(.notFound)
                default: return .created(note)
                }
            }
        }) { server in
            for status in [404, 404, 201, 201] {
                let reply = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
                #expect(reply.status == status)
            }
            #expect(try await server.notes() == 1)
        }
    }

    @Test("a refusal that is returned commits what was written with it")
    func commitsReturnedRefusals() async throws {
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.returned", scope: .ledgerWrite) {
                (input: NoteRoutes.NewNote, scope, tx) in
                _ = try NoteRoutes.write(input, scope, tx)
                return .problem(.conflict(code: TestCode.frozen, detail: "It is frozen."))
            }
        }) { server in
            for _ in 0..<2 {
                let reply = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
                #expect(reply.status == 409)
                #expect(try reply.problem().code == "frozen")
            }
            #expect(try await server.notes() == 1)
        }
    }

    @Test("an unexpected failure is not stored and leaves nothing behind")
    func forgetsFailures() async throws {
        struct Surprise: Error {}
        let calls = Atomic(0)
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.surprise", scope: .ledgerWrite) {
                (input: NoteRoutes.NewNote, scope, tx) in
                let note = try NoteRoutes.write(input, scope, tx)
                if calls.wrappingAdd(1, ordering: .relaxed).newValue == 1 { throw Surprise() }
                return .created(note)
            }
        }) { server in
            for status in [500, 201] {
                let reply = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "k")
                #expect(reply.status == status)
            }
            #expect(try await server.notes() == 1)
        }
    }

    @Test("those who wait for one pending resource all get the same bytes")
    func completes() async throws {
        let completions = Atomic(0)
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.pending", scope: .ledgerWrite) {
                (input: NoteRoutes.NewNote, scope, tx) in
                .pending(resource: "\(try NoteRoutes.write(input, scope, tx).id)")
            } completion: { resource, scope, _ in
                let turn = completions.wrappingAdd(1, ordering: .relaxed).newValue
                if turn == 1 { throw CancellationError() }
                return .created(["resource": resource, "turn": "\(turn)"])
            }
        }) { server in
            let lost = try await server.post(
                "/v1/notes", #"{"body":"x"}"#, key: "k", [("Prefer", "wait=5")])
            #expect(lost.status == 503, "as when the process ends while the request waits")
            let token = try await RunningHost.token()
            let replies = try await withThrowingTaskGroup(of: RunningHost.Reply.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await server.post(
                            "/v1/notes", #"{"body":"x"}"#, key: "k", token: token,
                            [("Prefer", "wait=5")])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 201 })
            #expect(Set(replies.map(\.bytes)).count == 1)
            #expect(replies.contains { $0.headers["preference-applied"] == "wait=5" })
            #expect(try await server.notes() == 1)
        }
    }

    @Test("of those who end together each gets his own answer, and the same one again")
    func completesTogether() async throws {
        try await RunningHost.serving({ routes in
            routes.post("/v1/notes", operation: "test.pending", scope: .ledgerWrite) {
                (input: NoteRoutes.NewNote, scope, tx) in
                _ = try NoteRoutes.write(input, scope, tx)
                return .pending(resource: input.body.text)
            } completion: { resource, _, isFresh in
                .created(["resource": resource, "fresh": "\(isFresh)"])
            }
        }) { server in
            let token = try await RunningHost.token()
            for _ in 1...2 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 1...40 {
                        group.addTask {
                            let reply = try await server.post(
                                "/v1/notes", #"{"body":"n\#(number)"}"#, key: "k\(number)",
                                token: token, [("Prefer", "wait=5")])
                            #expect(reply.status == 201)
                            let expected = #"{"fresh":"true","resource":"n\#(number)"}"#
                            #expect(String(decoding: reply.bytes, as: UTF8.self) == expected)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await server.notes() == 40)
        }
    }

    @Test("expired keys are swept, and no others")
    func sweeps() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            _ = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "old")
            _ = try await server.post("/v1/notes", #"{"body":"x"}"#, key: "new")
            let owner = try Database(.init(url: server.database.superuserURL), logger: .quiet)
            try await owner.transaction { tx in
                try tx.execute(
                    Statement(
                        """
                        UPDATE idempotency_key SET created_at = now() - interval '31 days'
                        WHERE key = 'old'
                        """))
            }
            try await IdempotencySweep(
                database: server.host.database, retention: .seconds(30 * 24 * 3600)
            ).run()
            let left = try await owner.read { tx in
                try tx.query(Statement("SELECT key FROM idempotency_key")).map {
                    try $0.read(0, as: String.self)
                }
            }
            #expect(left == ["new"])
            await owner.close()
        }
    }
}
