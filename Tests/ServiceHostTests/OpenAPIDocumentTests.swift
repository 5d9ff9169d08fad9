import Contracts
import TestSupport
import Testing

@testable import ServiceHost

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
    private struct Served: Decodable {
        struct Anything: Decodable {}
        let openapi: String
        let paths: [String: Anything]
    }

    private static let own = Array(#"{"openapi": "3.1.0", "paths": {"/v1/notes": {}}}"#.utf8)

    @Test("is served to anybody, with what the host answers beside the service", .tags(.database))
    func served() async throws {
        try await RunningHost.serving { routes in
            NoteRoutes.add(to: &routes)
            routes.describe(by: Self.own)
        } _: { host in
            let reply = try await host.send("GET", "/openapi.json")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            let document = try WireJSON.decode(Served.self, from: reply.bytes)
            #expect(document.openapi == "3.1.0")
            // Nothing is consumed here, so there are no dead letters to describe.
            let paths = [
                "/livez", "/metrics", "/openapi.json", "/readyz", "/v1/audit",
                "/v1/audit/checkpoint", "/v1/notes",
            ]
            #expect(document.paths.keys.sorted() == paths)
        }
    }

    @Test("is sent once to whoever keeps it", .tags(.database))
    func kept() async throws {
        try await RunningHost.serving { routes in
            routes.describe(by: Self.own)
        } _: { host in
            let tag = try #require(
                try await host.send("GET", OpenAPIDocument.path).headers["etag"])
            let again = try await host.send("GET", OpenAPIDocument.path, [("If-None-Match", tag)])
            #expect(again.status == 304)
            #expect(again.bytes.isEmpty)
            #expect(again.headers["etag"] == tag)
            let other = try await host.send(
                "GET", OpenAPIDocument.path, [("If-None-Match", "\"another\"")])
            #expect(other.status == 200)
        }
    }

    @Test("of a service that has none is not there", .tags(.database))
    func none() async throws {
        try await RunningHost.serving(NoteRoutes.add) { host in
            let reply = try await host.send("GET", OpenAPIDocument.path)
            #expect(reply.status == 404)
            #expect(try reply.problem().code == "unknown-route")
        }
    }

    @Test("joins objects member by member and arrays end to end, and keeps the service's word")
    func merging() throws {
        let own = try WireJSON.decode(
            StoredJSON.self,
            from: Array(#"{"a": {"mine": 1, "both": "mine"}, "list": [1], "camelCase": null}"#.utf8)
        )
        let common = try WireJSON.decode(
            StoredJSON.self,
            from: Array(#"{"a": {"theirs": 2, "both": "theirs"}, "list": [2], "b": true}"#.utf8))
        let merged = try WireJSON.encode(own.merging(common))
        #expect(
            String(decoding: merged, as: UTF8.self)
                == #"{"a":{"both":"mine","mine":1,"theirs":2},"b":true,"camelCase":null,"#
                + #""list":[1,2]}"#)
    }

    @Test("that is no JSON keeps the service from starting", .tags(.database))
    func malformed() async throws {
        await #expect(throws: HostError.self) {
            try await RunningHost.serving {
                $0.describe(by: Array("{".utf8))
            } _: { _ in
                Issue.record("it serves")
            }
        }
    }
}
