import Kafka
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("Releasing what is parked", .serialized, .tags(.database, .kafka))
struct ReleaseTests {
    /// Key 0 with one event, one that is too large, and so many behind that they are more than are
    /// read at once.
    private func rigWithCrowd() async throws -> RelayRig {
        var rig = try await RelayRig.make()
        rig.settings = ["message.max.bytes": "2000"]
        try await rig.write(key: 0)
        try await rig.write(key: 0, padding: 5000)
        try Connection(url: rig.database.superuserURL).execute(
            """
            UPDATE counter SET number = 702 WHERE key = 0;
            INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
            SELECT gen_random_uuid(), '\(rig.topic)', 'counter', '0', 'test.counted.v1',
                   convert_to(n::text, 'UTF8'), '{}'
            FROM generate_series(3, 702) AS n
            """)
        return rig
    }

    @Test("refused again, a row keeps all that is behind it, however much was released with it")
    func refusedAgain() async throws {
        var rig = try await rigWithCrowd()
        let desk = ParkingDesk(source: rig.name, url: rig.database.relayURL)
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(701)
            #expect(try desk.release() == 1)
            try await eventually("the row is refused again") {
                try rig.superuser("SELECT released FROM outbox_parked WHERE reason = 'too-large'")[
                    0
                ].read(0) == false
            }
            // Once the second is parked, the relay has looked again at what is released.
            try await rig.write(key: 0)
            try await rig.eventuallyParked(702)
            try await rig.write(key: 0)
            try await rig.eventuallyParked(703)
        }
        rig.settings = [:]
        try await relaying(rig.source()) {
            #expect(try desk.release() == 1)
            try await rig.eventuallyParked(0)
            #expect(try await rig.numbers(count: 704) == ["0": Array(1...704)])
        }
    }

    /// The message of an event that was parked for its headers, and released. Its key and its
    /// payload are SQL.
    private func released(key: String, payload: String) async throws -> ConsumedMessage {
        let rig = try await ShopRig.make()
        let source = try rig.source()
        let desk = ParkingDesk(source: rig.database.name, url: rig.database.relayURL)
        var messages: [ConsumedMessage] = []
        try await relaying(source) {
            try await eventuallyActive(source)
            try rig.owner(
                """
                INSERT INTO shop.messages (kind, "order", event, body, extra)
                VALUES ('\(rig.aggregate)', \(key), 'paid', \(payload), '{"by": 1}')
                """)
            try await eventually("it is parked") { try desk.list().count == 1 }
            try rig.superuser("UPDATE outbox_parked SET headers = '{}'")
            #expect(try desk.release() == 1)
            messages = try await rig.messages(1)
            try await eventually("nothing is parked") { try desk.list().isEmpty }
        }
        return try #require(messages.first)
    }

    @Test("publishes a row without a key")
    func withoutKey() async throws {
        let message = try await released(key: "NULL", payload: "'{}'")
        #expect(message.key == nil)
        #expect(message.value == Array("{}".utf8))
    }

    @Test("publishes a row without a payload as the tombstone that it is")
    func tombstone() async throws {
        let message = try await released(key: "'o-1'", payload: "NULL")
        #expect(message.key == Array("o-1".utf8))
        #expect(message.value == nil)
    }
}
