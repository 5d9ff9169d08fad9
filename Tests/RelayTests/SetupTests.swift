import LocalStack
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("Outboxes of one's own that share a server", .serialized, .tags(.database, .kafka))
struct SetupTests {
    private func addTable(_ rig: ShopRig) throws {
        try rig.owner("CREATE TABLE shop.others (LIKE shop.messages INCLUDING ALL)")
    }

    @Test("a second table is refused the first one's publication, in a line that says what to do")
    func refused() async throws {
        let rig = try await ShopRig.make()
        try addTable(rig)
        let error = await #expect(throws: RelayError.self) { try await rig.setup("shop.others") }
        #expect(error?.message.contains("--name") == true)
        #expect(error?.message.contains("shop.messages") == true)
        try await rig.setup()
    }

    @Test("two tables of one database, each with a name, are published each by its own relay")
    func twoTables() async throws {
        let rig = try await ShopRig.make()
        try addTable(rig)
        try await rig.setup("shop.others", name: "others")
        let first = try rig.source()
        let second = try rig.source(
            .beginning, ["--table", "shop.others", "--name", "others", "--topic", "{kind}.other"],
            name: "\(rig.database.name)_others")
        try await relaying(first) {
            try await relaying(second) {
                try await eventuallyActive(first)
                try await eventuallyActive(second)
                try rig.owner(
                    """
                    INSERT INTO shop.others (kind, event, body)
                    VALUES ('\(rig.aggregate)', 'other', '{"n": 9}')
                    """)
                try rig.add(1...2)
                #expect(try await rig.payloads(2) == ["{\"n\": 1}", "{\"n\": 2}"])
                #expect(
                    try await rig.payloads(1, of: "\(rig.aggregate).other") == ["{\"n\": 9}"])
            }
        }
    }

    @Test("a table that was taken out of its publication is put back")
    func putBack() async throws {
        let rig = try await ShopRig.make()
        try rig.superuser("ALTER PUBLICATION farthing_outbox DROP TABLE shop.messages")
        let source = try rig.source()
        #expect(throws: RelayError.self) { try source.check() }
        try await rig.setup()
        try source.check()
    }

    @Test("a publication that leaves out what the relay needs is put right")
    func putRight() async throws {
        let rig = try await ShopRig.make()
        let source = try rig.source()
        for flaw in ["SET (publish = 'update')", "SET TABLE shop.messages (number, kind)"] {
            try rig.superuser("ALTER PUBLICATION farthing_outbox \(flaw)")
            #expect(throws: RelayError.self) { try source.check() }
            try await rig.setup()
            try source.check()
        }
    }

    @Test("a publication of a table's partitions becomes one of the table")
    func partitions() async throws {
        let rig = try await ShopRig.make(setup: false)
        try rig.owner(
            """
            CREATE TABLE shop.parts (LIKE shop.messages) PARTITION BY LIST (kind);
            CREATE TABLE shop.part PARTITION OF shop.parts DEFAULT;
            """)
        try rig.superuser("CREATE PUBLICATION farthing_parts FOR TABLE shop.parts")
        let source = try rig.source(
            .beginning, ["--table", "shop.parts", "--name", "parts"],
            name: "\(rig.database.name)_parts")
        try await rig.setup("shop.parts", name: "parts")
        try source.check()
    }

    @Test("a second database of the cluster is told whose the slot is, and of --name")
    func foreignSlot() async throws {
        let first = try await ShopRig.make()
        let source = try first.source()
        try await relaying(source) { try await eventuallyActive(source) }

        let second = try await ShopRig.make()
        let late = try second.source(name: first.database.name)
        try await relaying(late) {
            try await eventually("the relay says whose the slot is") {
                let trouble = late.metrics.trouble
                return trouble?.contains("'\(first.database.name)'") == true
                    && trouble?.contains("--name") == true
            }
        }
        let (status, log) = try await second.serve(["--name", first.database.name])
        #expect(status == .exited(1))
        #expect(log.contains("Error: the slot \(first.slot) belongs to the database"))
    }
}
