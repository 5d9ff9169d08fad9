import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("Outbox upkeep", .serialized, .tags(.database, .kafka))
struct UpkeepTests {
    private func upkeep(_ rig: RelayRig) -> OutboxUpkeep {
        OutboxUpkeep(
            source: rig.name, url: rig.database.relayURL,
            policy: .init(width: .seconds(3600), ahead: 2, retention: .seconds(3600)),
            logger: .quiet)
    }

    /// Makes the default partition one of a day that is over, with all that it holds, and a new
    /// one for the present.
    private func age(_ rig: RelayRig, to day: String) throws {
        let name = "past_\(day.filter(\.isNumber))"
        try Connection(url: rig.database.superuserURL).execute(
            """
            SET session_replication_role = replica;
            ALTER TABLE outbox DETACH PARTITION outbox_default;
            ALTER TABLE outbox_default RENAME TO \(name);
            UPDATE \(name) SET created_at = '\(day) 12:00Z';
            CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;
            ALTER TABLE outbox_default OWNER TO test_owner;
            ALTER TABLE outbox ATTACH PARTITION \(name)
                FOR VALUES FROM ('\(day) 00:00Z') TO ('\(day) 24:00Z');
            """)
    }

    private func last(_ rig: RelayRig) throws -> String {
        try rig.superuser(
            "SELECT partition::text FROM outbox_partition ORDER BY ends DESC NULLS LAST LIMIT 1"
        )[0].read(0)
    }

    /// How many partitions there are beside the default one.
    private func count(_ rig: RelayRig) throws -> Int {
        try rig.superuser("SELECT count(*) FROM outbox_partition WHERE NOT is_default")[0].read(0)
    }

    private func rows(_ rig: RelayRig) throws -> Int {
        try rig.superuser("SELECT count(*) FROM outbox")[0].read(0)
    }

    @Test("partitions come and go under a relay at work: everything is published, in order")
    func comeAndGo() async throws {
        let rig = try await RelayRig.make()
        let upkeep = upkeep(rig)
        try upkeep.once()
        try await relaying(rig.source()) {
            for day in ["2026-01-01", "2026-01-02", "2026-01-03"] {
                try await rig.write(writers: 4, each: 50)
                try await rig.verify()
                try await rig.checkpointed()
                try age(rig, to: day)
                async let writing: Void = rig.write(writers: 4, each: 50)
                try upkeep.once()
                try await writing
            }
            try await rig.verify()
        }
        #expect(try rig.counts().values.reduce(0, +) == 1200)
        #expect(try rows(rig) < 600, "three were emptied")
    }

    @Test("a rebuild and a replay publish what is left")
    func whatIsLeft() async throws {
        let rig = try await RelayRig.make()
        let upkeep = upkeep(rig)
        try upkeep.once()
        var tally = RelayRig.Tally()
        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 25)
            tally = try await rig.verify()
            try await rig.checkpointed()
        }
        try age(rig, to: "2026-01-01")
        try upkeep.once()
        #expect(try rows(rig) == 0)

        try rig.superuser("SELECT pg_drop_replication_slot('\(rig.slot)')")
        try await rig.write(writers: 4, each: 25)
        try await relaying(rig.source()) { try await rig.verify(from: tally) }
        let replay = Replay(
            source: rig.name, url: rig.database.relayURL, kafka: rig.kafka, logger: .quiet)
        #expect(try replay.run(.init(since: Date(timeIntervalSince1970: 0))) == 100)
    }

    @Test("keeps what is old and not published")
    func unpublished() async throws {
        let rig = try await RelayRig.make()
        let upkeep = upkeep(rig)
        try upkeep.once()
        try await rig.write(writers: 2, each: 10)
        try age(rig, to: "2026-01-01")
        try rig.superuser("DROP TABLE \(try last(rig))")
        let task = Task { await upkeep.run() }
        // A lock that was held too long is tried for again after half a minute.
        try await eventually("the last partition is there again") {
            try count(rig) == 3
        }
        task.cancel()
        await task.value
        try await relaying(rig.source()) { try await rig.verify() }
    }
}
