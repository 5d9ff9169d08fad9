import LocalStack
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A publication changed and changed back", .serialized, .tags(.database, .kafka, .fault))
struct PublicationGapTests {
    /// How a publication stops publishing the outbox, and how it begins again.
    struct Gap: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let open, close: String
    }

    static let gaps = [
        Gap(
            testDescription: "dropped and made again", open: "DROP PUBLICATION farthing_outbox",
            close: """
                CREATE PUBLICATION farthing_outbox FOR TABLE outbox
                    WITH (publish = 'insert', publish_via_partition_root = true)
                """),
        Gap(
            testDescription: "without the outbox",
            open: "ALTER PUBLICATION farthing_outbox DROP TABLE outbox",
            close: "ALTER PUBLICATION farthing_outbox ADD TABLE outbox"),
        Gap(
            testDescription: "of updates",
            open: "ALTER PUBLICATION farthing_outbox SET (publish = 'update')",
            close: "ALTER PUBLICATION farthing_outbox SET (publish = 'insert')"),
        Gap(
            testDescription: "of some rows",
            open: "ALTER PUBLICATION farthing_outbox SET TABLE outbox WHERE (aggregateid = '19')",
            close: "ALTER PUBLICATION farthing_outbox SET TABLE outbox"),
    ]

    @Test("while no relay runs: nothing is lost", arguments: gaps)
    func unattended(gap: Gap) async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            try await rig.write(writers: 2, each: 10)
            try await rig.verify()
            try await rig.checkpointed()
        }
        try rig.superuser(gap.open)
        try await rig.write(writers: 2, each: 10)
        try rig.superuser(gap.close)
        let source = rig.source()
        try await relaying(source) {
            try await rig.write(writers: 2, each: 10)
            let tally = try await rig.verify()
            #expect(tally.repeated < 20, "the checkpoint covers the first 20")
            try await eventuallyActive(source)
        }
        // Once is enough: the slot that was made is read with the new publication.
        try await eventually("nobody reads the slot") {
            try rig.superuser(
                "SELECT FROM pg_replication_slots WHERE slot_name = '\(rig.slot)' "
                    + "AND NOT active"
            ).count == 1
        }
        _ = try rig.source().followedPublication()
        #expect(
            try rig.superuser(
                "SELECT FROM pg_replication_slots WHERE slot_name = '\(rig.slot)'"
            ).count == 1)
    }

    @Test("while no relay runs: it counts as an error")
    func counted() async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            try await rig.write(key: 0)
            try await rig.verify()
        }
        try rig.superuser(Self.gaps[1].open)
        try rig.superuser(Self.gaps[1].close)
        let port = try Port.free()
        let relay = try await rig.process(port: port)
        let client = APIClient(baseURL: "http://127.0.0.1:\(port)")
        try await eventually("an error is counted") {
            String(decoding: try await client.get("/metrics").bytes, as: UTF8.self)
                .contains("relay_errors_total{source=\"\(rig.name)\"} 1")
        }
        await relay.stop()
    }

    @Test("for a moment while the relay runs: nothing is lost", arguments: gaps)
    func attended(gap: Gap) async throws {
        let rig = try await RelayRig.make()
        let source = rig.source()
        try await relaying(source) {
            try await eventuallyActive(source)
            try await rig.write(writers: 2, each: 10)
            let connection = try Connection(url: rig.database.superuserURL)
            try connection.execute(gap.open)
            try await rig.write(key: 0)
            try connection.execute(gap.close)
            try await rig.write(writers: 2, each: 10)
            try await rig.verify()
        }
    }

    @Test("for a moment: what it was meanwhile is not remembered as published")
    func notRemembered() async throws {
        let rig = try await RelayRig.make()
        let gap = Self.gaps[1]
        let connection = try Connection(url: rig.database.relayURL)
        let publication = try #require(try Publication(of: .farthing, connection))
        var checkpoint = try Checkpoint(
            url: rig.database.relayURL, slot: rig.slot, table: .farthing,
            publication: publication.identity, metrics: SourceMetrics(source: rig.name))
        // Reads how far the log reaches, to remember it once that is confirmed.
        try checkpoint.advance(confirmed: .zero)
        try rig.superuser(gap.open)
        try rig.superuser(gap.close)
        #expect(throws: RelayError.self) { try checkpoint.advance(confirmed: checkpoint.end) }
        #expect(try connection.query("SELECT FROM relay_checkpoint").isEmpty)
    }

    @Test("before a slot's log begins, unknown to the relay that made it: nothing is lost")
    func slotIsOlder() async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            try await rig.write(key: 0)
            try await rig.verify()
            try await rig.checkpointed()
        }
        try rig.superuser(Self.gaps[0].open)
        try await rig.write(key: 0)
        try rig.superuser(Self.gaps[0].close)
        // As a relay that kept no publication has left it.
        try rig.superuser("UPDATE relay_checkpoint SET publication = NULL")
        try await relaying(rig.source()) { try await rig.verify() }
    }

    @Test("is told from one that was not, whatever was changed")
    func identity() async throws {
        let rig = try await RelayRig.make()
        let connection = try Connection(url: rig.database.superuserURL)
        func identity() throws -> String? {
            try Publication(of: .farthing, connection)?.identity
        }
        var seen: Set<String> = [try #require(try identity())]
        try rig.superuser("ALTER PUBLICATION farthing_outbox SET TABLE outbox")
        #expect(try identity() == seen.first, "nothing was changed")
        for gap in Self.gaps {
            try rig.superuser(gap.open)
            try rig.superuser(gap.close)
            #expect(seen.insert(try #require(try identity())).inserted, "\(gap.testDescription)")
        }
        #expect(try Publication(of: .farthing, connection)?.flaw(for: .farthing) == nil)
    }
}
