import Audit
import Contracts
import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("The audit trail over HTTP", .tags(.database))
struct AuditDeskTests {
    private struct Line: Decodable {
        let id: String
        let actor: String
        let action: String
        let subject: String
        let requestId: String?
        let detail: [String: [Int64]]
        let leaf: Int64?
    }

    private struct Listing: Decodable {
        let data: [Line]
        let nextCursor: String?
    }

    private struct CheckpointAnswer: Decodable {
        let treeSize: Int64
        let note: String
    }

    @Test("operators see their tenant's rows, newest first, page by page, by what they ask for")
    func list() async throws {
        try await RunningHost.serving({ _ in }) { host in
            try await write(
                on: host,
                [
                    ("acme", "ann", "open", "a1"), ("acme", "bob", "open", "a2"),
                    ("acme", "ann", "close", "a1"), ("other", "eve", "open", "a1"),
                ])
            #expect(try await subjects(host, "") == ["a1 close", "a2 open", "a1 open"])
            #expect(try await subjects(host, "?subject=a1") == ["a1 close", "a1 open"])
            #expect(try await subjects(host, "?actor=bob") == ["a2 open"])
            #expect(try await subjects(host, "?subject=a1&action=open") == ["a1 open"])
            #expect(try await subjects(host, "?subject=nothing") == [])

            let first = try await page(host, "?limit=2")
            #expect(first.data.map(\.id) == ["aud_3", "aud_2"])
            let cursor = try #require(first.nextCursor)
            #expect(cursor.hasSuffix(":aud_2"))
            let second = try await page(host, "?limit=2&cursor=\(cursor)")
            #expect(second.data.map(\.id) == ["aud_1"])
            #expect(second.nextCursor == nil)
            #expect(second.data.first?.detail == ["lines": [7, 9]])
            #expect(second.data.first?.requestId == "req_1")
            #expect(second.data.first?.leaf == nil)
        }
    }

    @Test("what is asked wrongly, or by somebody else, is refused")
    func refusals() async throws {
        try await RunningHost.serving({ _ in }) { host in
            for query in [
                "?limit=0", "?limit=x", "?cursor=aud_1", "?cursor=7", "?cursor=7:aud_x",
                "?cursor=x:aud_1", "?cursor=-7:aud_1", "?cursor=7:txn_1",
            ] {
                let reply = try await host.get("/v1/audit\(query)")
                #expect(reply.status == 400, "\(query)")
                #expect(try reply.problem().code == "invalid-parameter")
            }
            for path in ["/v1/audit", "/v1/audit/checkpoint"] {
                var claims = RunningHost.Claims()
                claims.scope = "ledger:read ledger:write"
                #expect(try await host.get(path, claims).status == 403)
            }
            let nothing = try await host.get("/v1/audit/checkpoint")
            #expect(nothing.status == 404)
            #expect(try nothing.problem().code == "nothing-sealed")
        }
    }

    @Test("a cursor behind the last transaction there can be is refused, of whatever kind it is")
    func lastCursor() async throws {
        let none = Statement("SELECT 1")
        let notes = SealedKind(
            name: "note", lowestKey: "note_", isKey: { $0.hasPrefix("note_") }, following: none,
            contents: none)
        try await RunningHost.serving({ $0.seal([notes]) }) { host in
            try await write(on: host, [("acme", "ann", "open", "a1")])
            for key in ["aud_1", "note_1"] {
                let refused = try await host.get("/v1/audit?cursor=\(Int64.max):\(key)")
                #expect(refused.status == 400)
                #expect(try refused.problem().code == "invalid-parameter")
                #expect(
                    try await subjects(host, "?cursor=\(Int64.max - 1):\(key)") == ["a1 open"])
            }
        }
    }

    @Test("a service with a key seals what it writes within seconds, and tells how far it has come")
    func seals() async throws {
        let seed = AuditSigningKey.makeSeed()
        let key = try AuditSigningKey(name: "farthing/test", seed: seed).publicKey
        try await RunningHost.serving(auditKey: seed, { _ in }) { host in
            try await write(
                on: host, [("acme", "ann", "open", "a1"), ("acme", "ann", "open", "a2")])
            try await eventually("both rows are sealed") {
                try await page(host, "").data.map(\.leaf) == [1, 0]
            }
            let reply = try await host.get("/v1/audit/checkpoint")
            let answer = try WireJSON.decode(CheckpointAnswer.self, from: reply.bytes)
            #expect(answer.treeSize == 2)
            #expect(try Checkpoint(SignedNote(answer.note), signedBy: key).size == 2)
            let metrics = try await host.send("GET", "/metrics").text
            for name in ["audit_leaves_total", "audit_sealing_lag_seconds", "audit_tree_size"] {
                #expect(metrics.contains("\n\(name) "), "\(name)")
            }
        }
    }

    private func write(
        on host: RunningHost, _ rows: [(String, String, String, String)]
    ) async throws {
        try await host.host.database.transaction { tx in
            try AuditTrail.append(
                rows.map { tenant, actor, action, subject in
                    AuditRow(
                        tenant: tenant, actor: actor, action: action, subject: subject,
                        requestID: "req_1", detail: ["lines": [7, 9]])
                }, in: tx)
        }
    }

    private func page(_ host: RunningHost, _ query: String) async throws -> Listing {
        let reply = try await host.get("/v1/audit\(query)")
        #expect(reply.status == 200, "\(reply.text)")
        return try WireJSON.decode(from: reply.bytes)
    }

    private func subjects(_ host: RunningHost, _ query: String) async throws -> [String] {
        try await page(host, query).data.map { "\($0.subject) \($0.action)" }
    }
}
