import Contracts
import Kafka
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("Parking what Kafka refuses", .serialized, .tags(.database, .kafka))
struct ParkingTests {
    private func desk(_ rig: RelayRig) -> ParkingDesk {
        ParkingDesk(source: rig.name, url: rig.database.relayURL)
    }

    /// A database with five messages of key 0 and of key 1, the sixth of key 0 being too large,
    /// and five more of each.
    private func rigWithLargeRow() async throws -> RelayRig {
        var rig = try await RelayRig.make()
        rig.settings = ["message.max.bytes": "2000"]
        for padding in [0, 0, 0, 0, 0, 5000, 0, 0, 0, 0, 0] {
            try await rig.write(key: 0, padding: padding)
            if padding == 0 { try await rig.write(key: 1) }
        }
        return rig
    }

    @Test("a row that is too large is parked with its key, others flow; released, all is in order")
    func tooLarge() async throws {
        var rig = try await rigWithLargeRow()
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(6)
            #expect(
                try await rig.numbers(count: 15)
                    == ["0": Array(1...5), "1": Array(1...10)])
            let lines = try desk(rig).list()
            #expect(lines.count == 1)
            #expect(lines.first?.contains("too-large: topic \(rig.topic), key 0, 5 behind") == true)
            try await rig.checkpointed()
        }
        rig.settings = [:]
        try await relaying(rig.source()) {
            // Parked until somebody says otherwise, and what comes is behind it.
            try await rig.write(key: 0)
            try await rig.eventuallyParked(7)
            #expect(try desk(rig).release(topic: rig.topic, key: "1") == 0)
            #expect(try desk(rig).release(topic: rig.topic, key: "0") == 1)
            try await rig.eventuallyParked(0)
            try await rig.write(key: 0)
            let tally = try await rig.verify()
            #expect(tally.repeated == 0)
        }
    }

    @Test("a rebuild parks what is too large as the log's reader does")
    func rebuild() async throws {
        var rig = try await rigWithLargeRow()
        let source = rig.source()
        try await relaying(source) {
            try await eventually { source.metrics.state == .active }
            #expect(try rig.parked() == 6)
        }
        // Killed before it could remember anything: all is published and parked again.
        try rig.superuser("DELETE FROM relay_checkpoint")
        try rig.superuser("SELECT pg_drop_replication_slot('\(rig.slot)')")
        rig.settings = [:]
        let again = rig.source()
        try await relaying(again) {
            try await eventually { again.metrics.state == .active }
            // Key 1 twice; all of key 0 waits now behind what is parked of it.
            #expect(try await rig.numbers(count: 25)["0"] == Array(1...5))
            #expect(try desk(rig).release() == 1)
            try await rig.eventuallyParked(0)
            // The first of each comes in its turn; what was published before comes once more.
            try await rig.verify()
        }
    }

    @Test("what is released and refused again stays in its place")
    func refusedAgain() async throws {
        let rig = try await rigWithLargeRow()
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(6)
            #expect(try desk(rig).release() == 1)
            try await eventually("refused again") {
                try rig.superuser("SELECT count(*) = 0 FROM outbox_parked WHERE released")[0]
                    .read(0, as: Bool.self)
            }
            try await rig.write(key: 0)
            try await rig.eventuallyParked(7)
            #expect(try await rig.numbers(count: 15)["0"] == Array(1...5))
        }
    }

    @Test("what is discarded is gone, and what was behind it flows, in order")
    func discarded() async throws {
        let rig = try await rigWithLargeRow()
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(6)
            let id: String = try rig.superuser(
                "SELECT id FROM outbox_parked WHERE reason <> 'behind'")[0].read(0)
            #expect(try desk(rig).discard("nothing").isEmpty)
            #expect(try desk(rig).discard(id).count == 1)
            try await rig.eventuallyParked(0)
            try await rig.write(key: 0)
            #expect(try await rig.numbers(count: 21)["0"] == Array(1...5) + Array(7...12))
        }
    }

    @Test("a row whose headers are no flat object of strings is parked")
    func malformed() async throws {
        let rig = try await RelayRig.make()
        let source = rig.source()
        try await relaying(source) {
            // What is written while the slot is being made may be published twice.
            try await eventually { source.metrics.state == .active }
            try await rig.write(key: 0)
            try rig.superuser(
                """
                INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
                VALUES (gen_random_uuid(), '\(rig.topic)', 'a', '0', 't', '', '{"a": {"b": 1}}')
                """)
            try await rig.write(key: 0)
            try await rig.write(key: 1)
            try await rig.eventuallyParked(2)
            #expect(try await rig.numbers(count: 2) == ["0": [1], "1": [1]])
            #expect(try desk(rig).list().first?.contains(" malformed: ") == true)
        }
    }

    @Test("no topic can have that name: its rows are parked, others flow")
    func impossibleTopic() async throws {
        let rig = try await RelayRig.make()
        let source = rig.source()
        try await relaying(source) {
            // What comes while it rebuilds may come twice.
            try await eventuallyActive(source)
            for key in ["0", "1"] {
                try rig.superuser(
                    """
                    INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload,
                                        headers)
                    VALUES (gen_random_uuid(), repeat('x', 600), 'a', '\(key)', 't', '', '{}')
                    """)
            }
            try await rig.write(key: 0)
            try await rig.eventuallyParked(2)
            #expect(try await rig.numbers(count: 1) == ["0": [1]])
        }
    }
}
