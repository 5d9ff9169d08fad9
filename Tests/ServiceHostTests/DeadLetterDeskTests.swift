import Contracts
import FoundationEssentials
import Kafka
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Dead letters and their operator", .tags(.database))
struct DeadLetterDeskTests {
    private struct Refused: Error {}

    /// What a fault of the program would do, until it is mended.
    private final class Fault: Sendable {
        private let isThere = Mutex(true)
        func mend() { isThere.withLock { $0 = false } }
        var stands: Bool { isThere.withLock { $0 } }
    }

    /// Serves a topic whose handler fails for the payload `poison` until it is mended, after six
    /// messages of the keys `a` and `b` came: the second of `a` is poison.
    private func withDeadLetters(
        _ body:
            @escaping @Sendable (RunningHost, Fault, @Sendable ([String]) async throws -> Void)
            async throws -> Void
    ) async throws {
        let fault = Fault()
        let handler: Routes.Consumption = { envelopes, tx in
            for envelope in envelopes {
                let text = String(decoding: envelope.payload, as: UTF8.self)
                if text == "poison", fault.stands { throw Refused() }
                try tx.execute(
                    Statement("INSERT INTO note (tenant, body) VALUES ($1, $2)"), envelope.key,
                    text)
            }
        }
        try await RunningHost.serving { routes in
            routes.consume("t", operation: "test.letters", handler: handler)
        } _: { host in
            let offset = Mutex<Int64>(0)
            let deliver: @Sendable ([String]) async throws -> Void = { texts in
                let messages = texts.map { text in
                    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
                    return Self.message(
                        offset.withLock {
                            $0 += 1; return $0
                        }, parts[0], parts[1])
                }
                try await BatchPipeline(
                    topic: ConsumedTopic(
                        topic: "t", group: "g", operation: "test.letters", handler: handler,
                        afterCommit: nil),
                    database: host.host.database, logger: .quiet
                ).process(messages)
            }
            try await deliver(["a 1", "b 1", "a poison", "a 2", "b 2", "a 3"])
            try await body(host, fault, deliver)
        }
    }

    private static func message(
        _ offset: Int64, _ key: String, _ payload: String
    ) -> ConsumedMessage {
        let envelope = Envelope(
            topic: "t", key: key, type: "test.v1", source: "/test", subject: "s", tenant: "acme",
            payload: Array(payload.utf8))
        let headers =
            [
                (EnvelopeHeader.id, envelope.id.lowercased), (EnvelopeHeader.type, envelope.type),
                (EnvelopeHeader.time, RFC3339.format(envelope.time)),
            ] + envelope.storedHeaders.map { ($0.name, $0.value) }
        return ConsumedMessage(
            topic: "t", partition: 0, offset: offset, key: Array(key.utf8),
            value: envelope.payload, headers: headers.map { ($0.0, Array($0.1.utf8)) })
    }

    private func column(_ host: RunningHost, _ sql: Statement) async throws -> [String] {
        try await host.host.database.read { tx in
            try tx.query(sql).map { try $0.read(0, as: String.self) }
        }
    }

    private func notes(_ host: RunningHost) async throws -> [String] {
        try await column(
            host, Statement("SELECT tenant || ' ' || body FROM note ORDER BY tenant, id"))
    }

    private func parked(_ host: RunningHost) async throws -> [String] {
        try await column(host, Statement("SELECT key FROM parked_key"))
    }

    @Test("they are listed oldest first, to operators of their tenant only")
    func list() async throws {
        try await withDeadLetters { host, _, _ in
            let all = try await host.get("/v1/dead-letters", scopes: ["operator"])
            #expect(all.status == 200)
            let page = try WireJSON.decode(Listed.self, from: all.bytes)
            #expect(page.data.map(\.kind) == ["poison", "parked", "parked"])
            #expect(page.data.map(\.key) == ["a", "a", "a"])
            let first = try await host.get("/v1/dead-letters?limit=1", scopes: ["operator"])
            let cursor = try WireJSON.decode(Listed.self, from: first.bytes).nextCursor
            #expect(cursor == "\(page.data[0].id)")
            let one = try await host.get(
                "/v1/dead-letters/\(page.data[0].id)", scopes: ["operator"])
            #expect(one.text.contains(#""payload":"poison""#))
            let other = try await host.get("/v1/dead-letters?key=b", scopes: ["operator"])
            #expect(try WireJSON.decode(Listed.self, from: other.bytes).data.isEmpty)
            #expect(
                try await host.get("/v1/dead-letters", scopes: ["payments:read"]).status == 403)
            let foreign = try await host.get(
                "/v1/dead-letters", tenant: "evil", scopes: ["operator"])
            #expect(try WireJSON.decode(Listed.self, from: foreign.bytes).data.isEmpty)
        }
    }

    @Test("a key is replayed in order once the fault is mended, and then flows again")
    func replayKey() async throws {
        try await withDeadLetters { host, fault, deliver in
            let body = #"{"topic":"t","key":"a"}"#
            let early = try await host.post(
                "/v1/dead-letters/replay", body, scopes: ["operator"])
            #expect(early.status == 422)
            #expect(early.text.contains("replay-failed"))
            #expect(try await notes(host) == ["a 1", "b 1", "b 2"])
            #expect(try await parked(host) == ["a"])

            fault.mend()
            let late = try await host.post("/v1/dead-letters/replay", body, scopes: ["operator"])
            #expect(late.status == 200)
            #expect(late.text.contains(#""replayed":3"#))
            #expect(
                try await notes(host) == ["a 1", "a poison", "a 2", "a 3", "b 1", "b 2"])
            #expect(try await parked(host).isEmpty)
            try await deliver(["a 4"])
            #expect(try await notes(host).contains("a 4"))
            let audited = try await column(
                host, Statement("SELECT actor || ' ' || action FROM audit ORDER BY id"))
            #expect(audited.count == 3)
            #expect(Set(audited).count == 1)
            #expect(audited.first?.hasSuffix(" dead-letter.replay") == true)
            let again = try await host.post("/v1/dead-letters/replay", body, scopes: ["operator"])
            #expect(again.status == 404)
        }
    }

    @Test("one by one they go in order, and what is discarded is out of the way")
    func oneByOne() async throws {
        try await withDeadLetters { host, _, deliver in
            let listed = try await host.get("/v1/dead-letters", scopes: ["operator"])
            let ids = try WireJSON.decode(Listed.self, from: listed.bytes).data.map(\.id)
            func order(_ id: Int64, _ verb: String, _ body: String = "{}") async throws -> String {
                let reply = try await host.post(
                    "/v1/dead-letters/\(id)/\(verb)", body, scopes: ["operator"])
                return "\(reply.status) \(reply.text)"
            }
            #expect(try await order(ids[1], "replay").contains("dead-letter-out-of-order"))
            #expect(try await order(ids[0], "replay").contains("replay-failed"))
            #expect(
                try await order(ids[0], "discard", #"{"reason":"Garbage."}"#).hasPrefix("200"))
            #expect(try await order(ids[0], "replay").contains("dead-letter-resolved"))
            #expect(try await parked(host) == ["a"], "others of the key still wait")
            try await deliver(["a 4"])
            #expect(try await order(ids[1], "replay").hasPrefix("200"))
            #expect(try await order(ids[2], "replay").hasPrefix("200"))
            #expect(try await order(999, "replay").contains("dead-letter-unknown"))
            #expect(try await parked(host) == ["a"], "the latest one still waits")
            let last = try await host.post(
                "/v1/dead-letters/replay", #"{"topic":"t","key":"a"}"#, scopes: ["operator"])
            #expect(last.text.contains(#""replayed":1"#))
            #expect(try await notes(host) == ["a 1", "a 2", "a 3", "a 4", "b 1", "b 2"])
            #expect(try await parked(host).isEmpty)
        }
    }

    @Test(
        "an order with a field that there is not is refused, and changes nothing",
        arguments: [
            ("replay", #"{"topic":"t","key":"a","limit":1}"#, "limit"),
            ("1/replay", #"{"reason":"Mended."}"#, "reason"),
            ("1/discard", #"{"reson":"Garbage."}"#, "reson"),
        ])
    func unknownFields(_ order: String, _ body: String, _ field: String) async throws {
        try await withDeadLetters { host, fault, _ in
            fault.mend()
            let before = try await host.get("/v1/dead-letters", scopes: ["operator"])
            let reply = try await host.post(
                "/v1/dead-letters/\(order)", body, scopes: ["operator"])
            #expect(reply.status == 400)
            #expect(try reply.problem().code == "unknown-field")
            #expect(try reply.problem().field == field)
            let after = try await host.get("/v1/dead-letters", scopes: ["operator"])
            #expect(after.bytes == before.bytes)
            #expect(try await parked(host) == ["a"])
        }
    }

    @Test("a key that is too long for an index is parked, replayed and freed like any other")
    func longKey() async throws {
        try await withDeadLetters { host, fault, deliver in
            let beginning = LongKey.make()
            let (key, other) = (beginning + "1", beginning + "2")
            try await deliver(["\(key) poison", "b 3", "\(other) 1", "\(key) 2"])
            let written = try await notes(host)
            #expect(written.contains("b 3") && written.contains("\(other) 1"))
            #expect(!written.contains("\(key) 2"))
            let listed = try await host.get("/v1/dead-letters?key=\(key)", scopes: ["operator"])
            let waiting = try WireJSON.decode(Listed.self, from: listed.bytes).data
            #expect(waiting.map(\.kind) == ["poison", "parked"])
            #expect(waiting.first?.key == key)

            fault.mend()
            let first = try await host.post(
                "/v1/dead-letters/\(waiting[0].id)/replay", "{}", scopes: ["operator"])
            #expect(first.status == 200)
            #expect(try await parked(host).count == 2, "another one still waits")
            let rest = try await host.post(
                "/v1/dead-letters/replay", #"{"topic":"t","key":"\#(key)"}"#, scopes: ["operator"])
            #expect(rest.text.contains(#""replayed":1"#))
            #expect(try await parked(host) == ["a"])
            try await deliver(["\(key) 3"])
            #expect(
                try await notes(host).filter { $0.hasPrefix(key) }
                    == ["poison", "2", "3"].map { "\(key) \($0)" })
        }
    }

    private struct Listed: Decodable {
        struct Letter: Decodable {
            let id: Int64
            let kind: String
            let key: String?
        }
        let data: [Letter]
        let nextCursor: String?
    }
}

extension RunningHost {
    /// A GET with a token of some tenant that allows little.
    fileprivate func get(
        _ path: String, tenant: String = "acme", scopes: [String]
    ) async throws -> Reply {
        let token = try await Self.token(
            Claims(tenant: tenant, scope: scopes.joined(separator: " ")))
        return try await send("GET", path, [("Authorization", "Bearer \(token)")])
    }

    /// A POST with a token that allows little.
    fileprivate func post(
        _ path: String, _ json: String, scopes: [String]
    ) async throws -> Reply {
        try await post(
            path, json,
            token: try await Self.token(Claims(scope: scopes.joined(separator: " "))))
    }
}
