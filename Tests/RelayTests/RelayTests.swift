import Contracts
import FoundationEssentials
import Kafka
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("The relay", .tags(.database, .kafka))
struct RelayTests {
    @Test("eight writers on five keys: everything is published once, in commit order")
    func commitOrder() async throws {
        let rig = try await RelayRig.make()
        let source = rig.source()
        try await relaying(source) {
            // What commits while the slot is being made may be published twice.
            try await eventually("the relay is active") {
                source.metrics.state == .active
            }
            try await rig.write(writers: 8, each: 250)
            let tally = try await rig.verify()
            #expect(tally.repeated == 0)
        }
    }

    @Test("a record carries key, payload and every CloudEvents header of its row")
    func record() async throws {
        let rig = try await RelayRig.make()
        let envelope = Envelope(
            topic: rig.topic, key: "acct_1", aggregate: "account", type: "test.happened.v1",
            source: "/farthing/test", subject: "\"quoted\" \\ ü\n", tenant: "acme",
            saga: SagaAddress(saga: SagaID(), step: "place-hold", direction: .compensation),
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            payload: [UInt8](0...255))
        try await rig.pool.transaction { tx in try Outbox.append([envelope], in: tx) }

        try await relaying(rig.source()) {
            let consumer = try Consumer(
                rig.kafka, group: rig.topic, topics: [rig.topic], logger: .quiet)
            var messages: [ConsumedMessage] = []
            try await eventually {
                messages += try await consumer.nextBatch(max: 10, within: .milliseconds(200))
                return !messages.isEmpty
            }
            let message = try #require(messages.first)
            let headers = message.headers.map {
                (name: $0.0, value: String(decoding: $0.1, as: UTF8.self))
            }
            var read = try Envelope(
                topic: message.topic, key: String(decoding: message.key ?? [], as: UTF8.self),
                headers: message.headers, payload: message.value ?? [])
            #expect(abs(read.time.timeIntervalSince(envelope.time)) < 60)
            read.time = envelope.time
            read.aggregate = envelope.aggregate
            #expect(read == envelope)
            #expect(headers.contains { $0.name == "ce_specversion" && $0.value == "1.0" })
            #expect(
                headers.contains { $0.name == "content-type" && $0.value == "application/json" })
            await consumer.close()
        }
    }

    @Test("what is delivered is confirmed, at rest too, and the checkpoint follows")
    func confirms() async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            try await rig.write(writers: 2, each: 20)
            try await rig.verify()
            let end: String = try rig.superuser("SELECT pg_current_wal_insert_lsn()::text")[0]
                .read(0)
            try await eventually("the slot is confirmed up to the end") {
                try rig.superuser(
                    """
                    SELECT confirmed_flush_lsn >= '\(end)'::pg_lsn FROM pg_replication_slots
                     WHERE slot_name = '\(rig.slot)'
                    """)[0].read(0, as: Bool.self)
            }
            try await rig.checkpointed()
        }
    }

    @Test("the checkpoint follows once an older transaction has ended, though nothing new comes")
    func olderTransaction() async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            try await rig.write(writers: 1, each: 5)
            try await rig.verify()
            // Not before: a slot is made only when every transaction has ended.
            let older = try Connection(url: rig.database.superuserURL)
            try older.execute("BEGIN; SELECT pg_current_xact_id()")
            try await rig.write(writers: 1, each: 5)
            try await rig.verify()
            let held: String = try older.query("SELECT pg_current_xact_id()::text")[0].read(0)
            try await eventually(within: .seconds(90), "a checkpoint before that transaction") {
                let below = try rig.superuser("SELECT published_below::text FROM relay_checkpoint")
                return try below.first?.read(0, as: String.self) == held
            }
            try older.execute("COMMIT")
            try await rig.checkpointed()
        }
    }

    @Test("a lost slot is rebuilt from the table, without what the checkpoint covers")
    func slotLost() async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 50)
            try await rig.verify()
            try await rig.checkpointed()
        }
        try await rig.write(writers: 4, each: 50)
        try rig.superuser("SELECT pg_drop_replication_slot('\(rig.slot)')")
        try await rig.write(writers: 4, each: 50)

        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 50)
            let tally = try await rig.verify()
            #expect(tally.repeated < 200, "the checkpoint covers the first 200")
        }
    }

    @Test("a slot whose log was taken from it is made anew from the table")
    func slotInvalidated() async throws {
        let rig = try await RelayRig.make(ownPostgres: true)
        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 50)
            try await rig.verify()
            try await rig.checkpointed()
        }
        try await rig.write(writers: 4, each: 50)
        try rig.superuser("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
        try rig.superuser("SELECT pg_reload_conf()")
        try await eventually("the slot is lost") {
            try rig.superuser("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'log', '')")
            try rig.superuser("CHECKPOINT")
            let status = try rig.superuser(
                "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '\(rig.slot)'")
            return try status[0].read(0, as: String.self) == "lost"
        }

        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 50)
            let tally = try await rig.verify()
            #expect(tally.repeated < 200, "the checkpoint covers the first 200")
        }
    }

    @Test("a first start publishes what the table holds already, while others write on")
    func firstStart() async throws {
        let rig = try await RelayRig.make()
        try await rig.write(writers: 8, each: 200)
        let writing = Task { try await rig.write(writers: 8, each: 100) }
        try await relaying(rig.source()) {
            try await writing.value
            try await rig.verify()
        }
    }

    @Test("a standby waits while another is active, and takes over when that one ends")
    func standby() async throws {
        let rig = try await RelayRig.make()
        let (first, second) = (rig.source(), rig.source())
        try await relaying(second) {
            try await relaying(first) {
                try await eventually("one is active, one is standby") {
                    Set([first.metrics.state, second.metrics.state]) == [.active, .standby]
                }
                #expect(first.metrics.trouble == nil && second.metrics.trouble == nil)
                try await rig.write(writers: 2, each: 20)
            }
            try await eventually { second.metrics.state == .active }
            try await rig.write(writers: 2, each: 20)
            try await rig.verify()
        }
    }
}
