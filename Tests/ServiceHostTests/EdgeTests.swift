import FoundationEssentials
import JWTKit
import Logging
import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("The HTTP edge", .tags(.database))
struct EdgeTests {
    @Test("bad input is a problem document that says what is wrong, and never a 5xx")
    func refusesBadInput() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
            let zeros = String(repeating: "0", count: 400)
            let cases: [(String, Int, String, String?)] = [
                (#"{"body":"x""#, 400, "malformed-json", nil),
                ("", 400, "invalid-field", "body"),
                ("[]", 400, "invalid-field", nil),
                (#""x""#, 400, "invalid-field", nil),
                ("null", 400, "invalid-field", nil),
                (#"{"body":5}"#, 400, "invalid-field", "body"),
                (#"{"body":null}"#, 400, "invalid-field", "body"),
                (#"{"body":"a\u0000"}"#, 400, "invalid-field", "body"),
                (#"{"body":"\ud800"}"#, 400, "invalid-field", "body"),
                (#"{"body":"x","amount":10.5}"#, 400, "invalid-field", "amount"),
                (#"{"body":"x","amount":1e3}"#, 400, "invalid-field", "amount"),
                (#"{"body":"x","amount":-5}"#, 400, "invalid-amount", "amount"),
                (#"{"body":"x","amount":"5"}"#, 400, "invalid-amount", "amount"),
                (#"{"body":"x","amount":100000000000000}"#, 400, "invalid-amount", "amount"),
                (#"{"body":"x","amount":1\#(zeros)}"#, 400, "invalid-field", "amount"),
                (#"{"body":"x","extra":0.5}"#, 400, "invalid-field", "extra"),
                (#"{"body":"x","extra":\#(deep)}"#, 400, "invalid-field", nil),
                (#"{"body":"x","extra":5}"#, 400, "unknown-field", "extra"),
                (#"{"bodi":"x"}"#, 400, "unknown-field", "bodi"),
            ]
            for (json, status, code, field) in cases {
                let reply = try await server.post("/v1/notes", json)
                let problem = try reply.problem()
                #expect(reply.status == status, "\(json.prefix(60))")
                #expect(problem.code == code, "\(json.prefix(60))")
                if let field { #expect(problem.field == field, "\(json.prefix(60))") }
                #expect(problem.status == status)
                #expect(problem.requestId == reply.headers["x-request-id"])
            }
            #expect(try await server.notes() == 0)
        }
    }

    @Test("a body beyond 64 KiB is 413, announced or not")
    func limitsBodies() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            let headers = [
                ("Authorization", "Bearer \(try await RunningHost.token())"),
                ("Idempotency-Key", "k"),
            ]
            let big = Array(repeating: UInt8(ascii: "a"), count: 1_000_000)
            for chunked in [true, false] {
                let reply = try await server.send(
                    "POST", "/v1/notes", headers, body: big, chunked: chunked)
                #expect(reply.status == 413)
                #expect(try reply.problem().code == "content-too-large")
            }
            let reply = try await server.send(
                "POST", "/v1/notes", headers, body: [0x22, 0xFF, 0xFE, 0x22])
            #expect(reply.status == 400)
        }
    }

    @Test("an unknown route is 404, another method is 405 with what is allowed")
    func routes() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            for path in ["/", "/v1/nothing", "/v1/notes/1/2", "/%00", "//"] {
                let reply = try await server.send("GET", path)
                #expect(reply.status == 404, "\(path)")
                #expect(try reply.problem().code == "unknown-route", "\(path)")
            }
            for method in ["DELETE", "QUERY"] {
                let reply = try await server.send(method, "/v1/notes")
                #expect(reply.status == 405)
                #expect(reply.headers["allow"] == "GET, HEAD, POST")
                #expect(try reply.problem().code == "method-not-allowed")
            }
            #expect(try await server.send("PROPFIND", "/v1/notes").status == 404)
            for id in ["1", "acct_x", "pay_0190163d-8694-739b-aea5-966c26f8ad91", "%00", "%ff"] {
                #expect(try await server.get("/v1/notes/\(id)").status == 404, "\(id)")
            }
            #expect(try await server.get("/v1/notes?x=%00").status == 400)
        }
    }

    @Test("without a good token there is no answer")
    func authenticates() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            var expired = RunningHost.Claims()
            expired.exp = ExpirationClaim(value: Date().addingTimeInterval(-10))
            var unprintable = RunningHost.Claims()
            unprintable.tenant = "a\u{0}b"
            let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
            let headers: [String?] = [
                nil, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer \(unsigned)",
                "Bearer a.b.c", "Bearer ..",
                "Bearer \(try await RunningHost.token(expired))",
                "Bearer \(try await RunningHost.token(unprintable))",
                "Bearer \(try await RunningHost.token(secret: String(repeating: "x", count: 32)))",
            ]
            for header in headers {
                let reply = try await server.send(
                    "GET", "/v1/notes", header.map { [("Authorization", $0)] } ?? [])
                #expect(reply.status == 401, "\(header ?? "nothing")")
                #expect(reply.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
                #expect(try reply.problem().code == "unauthenticated")
            }
            var reader = RunningHost.Claims()
            reader.scope = "ledger:read unknown:scope"
            let reply = try await server.post(
                "/v1/notes", #"{"body":"x"}"#, token: try await RunningHost.token(reader))
            #expect(reply.status == 403)
            #expect(try reply.problem().code == "insufficient-scope")
            #expect(reply.headers["www-authenticate"]?.contains("ledger:write") == true)
        }
    }

    @Test("a request id is taken over and echoed; an unexpected error tells nothing")
    func identifies() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            let token = try await RunningHost.token()
            let reply = try await server.send(
                "GET", "/v1/broken",
                [("Authorization", "Bearer \(token)"), ("X-Request-Id", "mine-1")])
            #expect(reply.status == 500)
            #expect(reply.headers["x-request-id"] == "mine-1")
            #expect(try reply.problem().code == "internal-error")
            #expect(!reply.text.contains("s3cret"))
        }
    }

    @Test("the probes need no token, and say how the process is")
    func probes() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            #expect(try await server.send("GET", "/livez").status == 200)
            #expect(try await server.send("HEAD", "/livez").status == 200)
            #expect(try await server.send("GET", "/readyz").status == 200)
            _ = try await server.get("/v1/notes")
            let metrics = try await server.send("GET", "/metrics")
            #expect(metrics.headers["content-type"] == PrometheusText.contentType)
            for line in [
                "# TYPE http_requests_total counter",
                #"http_requests_total{method="GET",route="/v1/notes",status="200"}"#,
                "# TYPE http_request_duration_seconds histogram",
                "process_start_time_seconds ", "database_connections ",
                #"farthing_build_info{service="test""#,
            ] {
                #expect(metrics.text.contains(line), "\(line)")
            }
        }
    }

    @Test("while the database is away, requests are told to come again, and the probes say so")
    func survivesDatabase() async throws {
        try await RunningHost.serving(NoteRoutes.add) { server in
            await server.host.database.close()
            for reply in [
                try await server.get("/v1/notes"),
                try await server.post("/v1/notes", #"{"body":"x"}"#),
            ] {
                #expect(reply.status == 503)
                #expect(reply.headers["retry-after"] == "1")
                #expect(try reply.problem().code == "database-unavailable")
            }
            let ready = try await server.send("GET", "/readyz")
            #expect(ready.status == 503)
            #expect(try ready.problem().detail.contains("database"))
            #expect(try await server.send("GET", "/livez").status == 200)
        }
    }

    @Test("a process whose schema is old, or whose port is taken, does not start")
    func refusesToStart() async throws {
        let empty = try await TestDatabase.make()
        @Sendable func host(_ url: String, port: Int) throws -> Host {
            try Host(
                "test",
                configuration: HostConfiguration(
                    databaseURL: url, kafkaBootstrap: "127.0.0.1:1", httpPort: port,
                    tokens: RunningHost.trust, logLevel: .critical),
                migrations: RunningHost.migrations)
        }
        let old = try await #require(throws: HostError.self) {
            try await host(empty.url, port: 0).serve(stopOn: [], listening: { _ in }) { _ in }
        }
        #expect(old.code == .oldSchema)
        try await RunningHost.serving(NoteRoutes.add) { server in
            let taken = try await #require(throws: HostError.self) {
                try await host(server.database.url, port: server.port)
                    .serve(stopOn: [], listening: { _ in }) { _ in }
            }
            #expect(taken.code == .portTaken)
            #expect(taken.description.contains("\(server.port)"))
        }
    }
}
