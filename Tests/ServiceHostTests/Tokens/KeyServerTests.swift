import FoundationEssentials
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Keys of a server", .tags(.database))
struct KeyServerTests {
    private let old = SigningKey.p256("old")
    private let new = SigningKey.ed25519("new")

    /// As the environment of a service says it.
    private func trust(_ server: KeyServer, refresh: Int = 300) throws -> TokenTrust {
        try HostConfiguration.fromEnvironment(
            service: "test",
            [
                "DATABASE_URL": "postgres://a:b@c/d", "KAFKA_BOOTSTRAP": "k:9092",
                "HTTP_PORT": "0", "JWT_JWKS_URL": server.url, "JWT_AUDIENCE": "farthing",
                "JWT_ISSUER": "https://id.test", "JWT_JWKS_REFRESH_SECONDS": "\(refresh)",
            ]
        ).tokens
    }

    private func ask(_ host: RunningHost, _ token: String) async throws -> RunningHost.Reply {
        try await host.send("GET", "/v1/notes", [("Authorization", "Bearer \(token)")])
    }

    @Test("make a service ready once it has them: until then it answers 503, and not 401")
    func start() async throws {
        try await KeyServer.serving(.status(500)) { server in
            let trust = try trust(server)
            try await RunningHost.serving(tokens: trust, NoteRoutes.add) { host in
                let token = try old.token()
                let reply = try await ask(host, token)
                #expect(reply.status == 503)
                #expect(reply.headers["retry-after"] == "1")
                #expect(try reply.problem().code == "token-keys-unavailable")
                #expect(try await host.send("GET", "/v1/notes").status == 401)
                let ready = try await host.send("GET", "/readyz")
                #expect(ready.status == 503)
                #expect(try ready.problem().detail.contains("keys"))
                #expect(try await host.send("GET", "/livez").status == 200)
                try await eventually { server.fetches > 1 }
                server.publish(.keys([old]))
                try await eventually { try await host.send("GET", "/readyz").status == 200 }
                #expect(try await ask(host, token).status == 200)
                let stranger = SigningKey.hmac("old", Data(repeating: 1, count: 32))
                #expect(try await ask(host, try stranger.token()).status == 401)
            }
        }
    }

    @Test("change without a restart: a new one counts at once, and a removed one soon no longer")
    func rotates() async throws {
        try await KeyServer.serving(.keys([old])) { server in
            let trust = try trust(server, refresh: 1)
            try await RunningHost.serving(tokens: trust, NoteRoutes.add) { host in
                let (before, after) = (try old.token(), try new.token())
                try await eventually { try await ask(host, before).status == 200 }
                #expect(try await ask(host, after).status == 401)
                server.publish(.keys([old, new]))
                try await eventually { try await ask(host, after).status == 200 }
                #expect(try await ask(host, before).status == 200)
                server.publish(.keys([new]))
                try await eventually { try await ask(host, before).status == 401 }
                #expect(try await ask(host, after).status == 200)
                server.publish(.status(503))
                let fetches = server.fetches
                try await eventually { server.fetches > fetches + 1 }
                #expect(try await ask(host, after).status == 200)
                #expect(try await host.send("GET", "/readyz").status == 200)
            }
        }
    }

    @Test("are fetched at once for a token that names a new one, and not for every such token")
    func unknown() async throws {
        try await KeyServer.serving(.keys([old])) { server in
            let authenticator = try await Authenticator(try trust(server), logger: .quiet)
            try await authenticator.keptUp {
                try await eventually { authenticator.fault == nil }
                for _ in 0..<5 {
                    #expect(await authenticator.fault(of: try old.token()) == nil)
                    let nameless = try new.token(header: ["kid": ""])
                    #expect(await authenticator.fault(of: nameless) != nil)
                    let secret = SigningKey.hmac("x", Data(repeating: 1, count: 32))
                    #expect(await authenticator.fault(of: try secret.token()) != nil)
                    #expect(await authenticator.fault(of: "e30.e30.") != nil)
                }
                #expect(server.fetches == 1)
                server.publish(.keys([new]))
                let removed = try old.token()
                #expect(await authenticator.fault(of: removed) == nil)
                let token = try new.token()
                #expect(await authenticator.fault(of: token) == nil)
                #expect(await authenticator.fault(of: removed) != nil)
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<50 {
                        group.addTask {
                            let stranger = try? SigningKey.p256("stranger \(number)").token()
                            #expect(await authenticator.fault(of: stranger ?? "") != nil)
                        }
                    }
                }
                #expect(server.fetches == 2)
            }
        }
    }

    @Test("are left as they were by an answer that is none, and by one that has no end")
    func misbehaves() async throws {
        try await KeyServer.serving(.keys([old])) { server in
            let address = try server.address()
            #expect(try await KeySet(jwks: address.fetch()).keys.map(\.id) == ["old"])
            let elsewhere = server.url.replacing("/jwks", with: "/elsewhere")
            #expect(try await JWKSAddress(elsewhere).fetch().count > 0)
            let answers: [KeyServer.Answer] = [
                .status(404), .status(204), .redirect(to: elsewhere), .long(10 * 1024 * 1024),
                .long(257 * 1024),
            ]
            for answer in answers {
                server.publish(answer)
                await #expect(throws: (any Error).self, "\(answer)") { try await address.fetch() }
            }
            server.publish(.long(256 * 1024))
            #expect(try await address.fetch().count == 256 * 1024)
            server.publish(.dripping)
            let error = await #expect(throws: HostError.self) {
                try await address.fetch(within: .milliseconds(200))
            }
            #expect(error?.description.hasPrefix("no whole answer") == true)
            let upkeep = KeySetUpkeep(
                .url(address), every: .seconds(300), restraint: .zero, logger: .quiet)
            server.publish(.keys([old]))
            #expect(await upkeep.load() == nil)
            server.publish(.text("<html>"))
            #expect(await upkeep.load() != nil)
            #expect(upkeep.keys.accepted?.set.keys.map(\.id) == ["old"])
        }
    }

    @Test("that cannot be had are told of with the cause")
    func unreachable() async throws {
        let address = try JWKSAddress("http://127.0.0.1:1/jwks")
        let error = await #expect(throws: (any Error).self) { try await address.fetch() }
        #expect(String(describing: error).contains("refused"))
    }

    @Test("are let go of when the service stops, however long their server takes")
    func stops() async throws {
        try await KeyServer.serving(.dripping) { server in
            let authenticator = try await Authenticator(try trust(server), logger: .quiet)
            var stopped = ContinuousClock.now
            try await authenticator.keptUp {
                try await eventually { server.fetches == 1 }
                stopped = .now
            }
            // A fetch that is not cancelled ends after five.
            #expect(ContinuousClock.now - stopped < .seconds(4))
            #expect(authenticator.fault != nil)
        }
    }
}
