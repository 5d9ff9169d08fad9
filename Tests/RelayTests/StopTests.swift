import LocalStack
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("Stopping the relay", .tags(.database, .kafka, .fault))
struct StopTests {
    /// The row may be parked only when what came before it is delivered, and no broker is there.
    @Test("waits for no row that can neither be published nor be parked", .timeLimit(.minutes(2)))
    func whileRowWaits() async throws {
        var rig = try await RelayRig.make(ownBroker: true)
        rig.settings = ["message.max.bytes": "2000"]
        let source = rig.source()
        try await relaying(source) {
            try await eventuallyActive(source)
            try await rig.broker.proxy.cut()
            try await rig.write(key: 1)
            try await rig.write(key: 0, padding: 5000)
            try await readByRelay(rig)
            #expect(try rig.parked() == 0)
        }
        try await rig.broker.proxy.resume()
        rig.settings = [:]
        try await relaying(rig.source()) { try await rig.verify() }
        await rig.broker.stop()
    }

    /// Waits until the relay has begun to read all that is in the log. It says something every
    /// second: what it says after two was said after it had looked what there is.
    private func readByRelay(_ rig: RelayRig) async throws {
        let position: String = try rig.superuser("SELECT pg_current_wal_lsn()::text")[0].read(0)
        func holds(_ condition: String) throws -> Bool {
            try rig.superuser(
                """
                SELECT FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid
                 WHERE slot_name = '\(rig.slot)' AND \(condition)
                """
            ).count == 1
        }
        try await eventually("all is sent") { try holds("sent_lsn >= '\(position)'") }
        let now: String = try rig.superuser("SELECT clock_timestamp()::text")[0].read(0)
        try await eventually("the relay has read") {
            try holds("reply_time > '\(now)'::timestamptz + interval '2 s'")
        }
    }
}
