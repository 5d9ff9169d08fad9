import LocalStack
import TestSupport
import Testing

@testable import Relay

@Suite("An outbox whose ids tell no order", .serialized, .tags(.database, .kafka))
struct TableOrderTests {
    /// Ids that are uuids, beside numbers that the relay is told of, or not.
    private func rig() async throws -> ShopRig {
        let rig = try await ShopRig.make()
        try rig.owner(
            """
            ALTER TABLE shop.messages ADD ref uuid NOT NULL DEFAULT gen_random_uuid(),
                                      ADD at timestamptz NOT NULL DEFAULT clock_timestamp()
            """)
        return rig
    }

    private static let uuids = ["--column-id", "ref"]

    @Test("is not read from the table: the command ends and says in one line what to name")
    func refused() async throws {
        let rig = try await rig()
        let (status, log) = try await rig.serve(Self.uuids)
        #expect(status == .exited(1))
        let line = try #require(log.split(separator: "\n").first { $0.hasPrefix("Error: ") })
        for option in ["--column-position", "--column-time", "--from-now"] {
            #expect(line.contains(option), "\(line)")
        }
    }

    @Test("is published from now on, and nothing of what the table holds")
    func fromNow() async throws {
        let rig = try await rig()
        try rig.add(1...20)
        let source = try rig.source(.now, Self.uuids)
        try await relaying(source) {
            try await eventuallyActive(source)
            try rig.add(21...40)
            #expect(try await rig.payloads(20) == (21...40).map { "{\"n\": \($0)}" })
        }
    }

    @Test(
        "is read from the table in the order of a position or a time",
        arguments: [["--column-position", "number"], ["--column-time", "at"]])
    func ordered(by column: [String]) async throws {
        let rig = try await rig()
        try rig.add(1...40)
        let source = try rig.source(.beginning, Self.uuids + column)
        try await relaying(source) {
            let payloads = try await rig.payloads(40)
            #expect(payloads == (1...40).map { "{\"n\": \($0)}" })
        }
    }

    @Test("is told of before it matters; a position, and events without a key, need no word")
    func warned() async throws {
        let rig = try await rig()
        func order(_ start: Rebuild.Start, _ options: [String]) throws -> TableOrder {
            try rig.source(start, options).check()
        }
        #expect(try order(.beginning, []) == .column("number"))
        #expect(try order(.beginning, Self.uuids + ["--column-time", "at"]) == .column("at"))
        #expect(try order(.now, Self.uuids) == .none)
        #expect(try order(.beginning, Self.uuids + ["--column-position", "number"]) == .commits)
        #expect(try order(.beginning, Self.uuids + ["--column-key", "none"]) == .commits)
        #expect(TableOrder.commits.warning == nil)
        #expect(TableOrder.column("at").warning?.contains("at") == true)
        #expect(TableOrder.none.warning?.contains("no order") == true)
        #expect(throws: RelayError.self) { try order(.beginning, Self.uuids) }
    }
}
