import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A transaction that stays open", .tags(.database, .kafka))
struct LongTransactionTests {
    /// Begins a transaction that has written an event of key 19; gives its number.
    private func begin(_ connection: borrowing Connection, _ rig: RelayRig) throws -> String {
        try connection.execute(
            """
            BEGIN;
            UPDATE counter SET number = 1 WHERE key = 19;
            INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
            VALUES (gen_random_uuid(), '\(rig.topic)', 'counter', '19', 'test.counted.v1', '1',
                    '{}');
            """)
        return try connection.query("SELECT pg_current_xact_id()::text")[0].read(0)
    }

    @Test("holds up neither publishing nor upkeep, and what it wrote is not forgotten")
    func open() async throws {
        // Whoever makes a slot waits for it: on a server of its own.
        let rig = try await RelayRig.make(ownPostgres: true)
        let upkeep = OutboxUpkeep(
            source: rig.name, url: rig.database.relayURL,
            policy: .init(width: .seconds(3600), ahead: 2, retention: .seconds(3600)),
            logger: .quiet)
        // What is written into the default partition is in the way of making others.
        try Connection(url: rig.database.ownerURL).execute(
            """
            DO $$ BEGIN EXECUTE format(
                'CREATE TABLE present PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)',
                date_trunc('hour', now()) - interval '1 hour',
                date_trunc('hour', now()) + interval '2 hours');
            END $$
            """)
        let writer = try Connection(url: rig.database.superuserURL)
        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 25)
            try await rig.verify()
            let number = try begin(writer, rig)
            try upkeep.once()
            try await rig.write(writers: 4, each: 25)
            try await rig.verify()
            try await eventually("the checkpoint has come to \(number)") {
                try rig.superuser("SELECT published_below::text FROM relay_checkpoint")[0]
                    .read(0) == number
            }
        }
        try rig.superuser("SELECT pg_drop_replication_slot('\(rig.slot)')")
        try await rig.write(writers: 4, each: 25)
        let source = rig.source()
        try await relaying(source) {
            try await eventually("the rebuild waits for the transaction") {
                try rig.superuser(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                                    WHERE application_name = 'farthing-relay-rebuild'
                                      AND wait_event_type = 'Lock')
                    """)[0].read(0, as: Bool.self)
            }
            try writer.execute("COMMIT")
            let tally = try await rig.verify()
            #expect(tally.next["19"] == 1)
            #expect(source.metrics.state == .active)
        }
    }
}
