import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Requests inside a request, each with a key of its own", .tags(.database))
struct KeyedRequestsTests {
    @Test("keep the answers that every repetition gets, and leave the keys of all others unused")
    func record() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        let statuses = [201, 400, 402, 404, 409, 422, 503]
        let keyed = KeyedRequests(
            operation: "test.keyed",
            requests: try statuses.map { status in
                try KeyedRequests.Request(
                    tenant: "acme", key: "k-\(status)", input: "\(status)", path: "/v1/notes",
                    field: "key")
            })
        try await database.transaction { tx in
            _ = try keyed.admit(in: tx)
            try keyed.record(statuses.map { KeptAnswer(status: $0, body: [0x31]) }, in: tx)
        }
        let admissions = try await database.transaction { tx in try keyed.admit(in: tx) }
        let known = admissions.map { admission -> Int? in
            if case .known(let answer) = admission { answer.status } else { nil }
        }
        #expect(known == [201, nil, 402, nil, 409, 422, nil])
        await database.close()
    }

    @Test("may have one key: the first of them takes it, and all get its answer afterwards")
    func twice() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        let one = try KeyedRequests.Request(
            tenant: "acme", key: "one", input: "1", path: "/v1/notes", field: "key")
        let keyed = KeyedRequests(operation: "test.keyed", requests: [one, one])
        let first = try await database.transaction { tx in
            let admissions = try keyed.admit(in: tx)
            try keyed.record([KeptAnswer(status: 201, body: [0x31]), nil], in: tx)
            return admissions
        }
        #expect(first.map(\.isInProgress) == [false, true])
        let again = try await database.transaction { tx in try keyed.admit(in: tx) }
        let statuses = again.map { admission -> Int? in
            if case .known(let answer) = admission { answer.status } else { nil }
        }
        #expect(statuses == [201, 201])
        await database.close()
    }
}
