import AsyncHTTPClient
import Contracts
import FoundationEssentials
import JWTKit
import Logging
import NIOCore
import NIOHTTP1
import Outbox
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

/// A host in this process, with a database of its own, and a client for it.
struct RunningHost: Sendable {
    let host: Host
    let port: Int
    let database: TestDatabase

    static let secret = "a secret of thirty-two bytes ....."
    static let trust = TokenTrust(keys: .secret(secret))

    /// One table of business, for handlers to write to.
    static let migrations = [
        OutboxSchema.migrations, HostSchema.migrations,
        MigrationSet(
            component: "notes",
            [
                Migration(
                    version: 1, name: "notes",
                    sql: Array(
                        """
                        CREATE TABLE note (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                            tenant text NOT NULL, body text NOT NULL);
                        GRANT SELECT, INSERT, DELETE ON note TO farthing_service;
                        """.utf8))
            ]),
    ]

    /// Serves while `body` runs.
    static func serving(
        auditKey: String? = nil, tokens: TokenTrust = trust,
        _ routes: @escaping @Sendable (inout Routes) -> Void,
        _ body: @Sendable (RunningHost) async throws -> Void
    ) async throws {
        let database = try await TestDatabase.make(migrations)
        let host = try Host(
            "test",
            configuration: HostConfiguration(
                databaseURL: database.url, databasePool: 4, kafkaBootstrap: "127.0.0.1:1",
                httpPort: 0, tokens: tokens, logLevel: .critical, auditKey: auditKey),
            migrations: migrations)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let serving = Task {
            defer { port.finish() }
            try await host.serve(stopOn: [], listening: { port.yield($0) }, routes)
        }
        guard let bound = await ports.first(where: { _ in true }) else {
            return try await serving.value
        }
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(RunningHost(host: host, port: bound, database: database)))
        } catch {
            result = .failure(error)
        }
        serving.cancel()
        _ = await serving.result
        try result.get()
    }

    struct Reply: Sendable {
        let status: Int
        let headers: [String: String]
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }

        struct Document: Decodable {
            let type: String
            let title: String
            let status: Int
            let detail: String
            let code: String
            let field: String?
            let requestId: String
        }

        func problem() throws -> Document {
            #expect(headers["content-type"] == "application/problem+json")
            return try WireJSON.decode(from: bytes)
        }
    }

    func send(
        _ method: String, _ path: String, _ headers: [(String, String)] = [],
        body: [UInt8]? = nil, chunked: Bool = false
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            let length: HTTPClientRequest.Body.Length =
                chunked ? .unknown : .known(Int64(body.count))
            request.body = .bytes(body, length: length)
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 4 * 1024 * 1024)
        return Reply(
            status: Int(response.status.code),
            headers: Dictionary(
                response.headers.map { ($0.name.lowercased(), $0.value) }
            ) { first, _ in first },
            bytes: Array(bytes.readableBytesView))
    }

    /// A POST of JSON with a token and a key.
    func post(
        _ path: String, _ json: String, key: String = "\(UInt64.random(in: .min ... .max))",
        token: String? = nil, _ headers: [(String, String)] = []
    ) async throws -> Reply {
        let bearer = if let token { token } else { try await Self.token() }
        return try await send(
            "POST", path,
            [
                ("Authorization", "Bearer \(bearer)"), ("Idempotency-Key", key),
                ("Content-Type", "application/json"),
            ] + headers,
            body: Array(json.utf8))
    }

    /// A GET with a token.
    func get(_ path: String, _ claims: Claims = Claims()) async throws -> Reply {
        try await send("GET", path, [("Authorization", "Bearer \(try await Self.token(claims))")])
    }

    /// How many notes there are, over all tenants.
    func notes() async throws -> Int64 {
        try await host.database.read { tx in
            try tx.query(Statement("SELECT count(*) FROM note")).first?.read(0) ?? -1
        }
    }

    struct Claims: JWTPayload {
        var sub = "tester"
        var tenant = "acme"
        var scope = Scope.allCases.map(\.rawValue).joined(separator: " ")
        var exp = ExpirationClaim(value: Date().addingTimeInterval(600))
        var nbf: NotBeforeClaim?
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    static func token(_ claims: Claims = Claims(), secret: String = secret) async throws -> String {
        try await JWTKeyCollection()
            .add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256).sign(claims)
    }
}

/// Codes of a service of the tests.
enum TestCode: String, ProblemCode {
    case refused, frozen
    case sameAccount = "same-account"
    case insufficientFunds = "insufficient-funds"
}

/// The routes that most tests need: notes that are written and read.
enum NoteRoutes {
    struct NewNote: Codable, Sendable {
        let body: ShortText
        let amount: Amount?
        let metadata: Metadata?
    }

    struct Note: Codable, Sendable {
        let id: Int64
        let body: String
    }

    static let insert = Statement("INSERT INTO note (tenant, body) VALUES ($1, $2) RETURNING id")

    static func write(
        _ input: NewNote, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Note {
        let rows = try tx.query(insert, scope.tenant, input.body.text)
        let id: Int64 = try rows.first?.read(0) ?? 0
        return Note(id: id, body: input.body.text)
    }

    @Sendable static func add(to routes: inout Routes) {
        routes.post("/v1/notes", operation: "test.note", scope: .ledgerWrite) {
            (input: NewNote, scope, tx) in
            let note = try write(input, scope, tx)
            return .created(note, location: "/v1/notes/\(note.id)")
        }
        routes.get("/v1/notes", scope: .ledgerRead) { scope, tx in
            let rows = try tx.query(
                Statement("SELECT id, body FROM note WHERE tenant = $1 ORDER BY id"),
                scope.tenant)
            let notes = try rows.map { Note(id: try $0.read(0), body: try $0.read(1)) }
            return .ok(PageOf(data: notes, nextCursor: nil))
        }
        routes.get("/v1/notes/{id}", scope: .ledgerRead) { scope, _ in
            _ = try scope.id(as: AccountID.self)
            throw Problem.notFound
        }
        routes.get("/v1/broken", scope: .ledgerRead) { _, _ in
            throw PostgresError(.other, "s3cret")
        }
    }
}
