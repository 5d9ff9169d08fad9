import Kafka
import LocalStack
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("The relay under faults", .tags(.database, .kafka, .fault))
struct RelayFaultTests {
    @Test("killed five times while others write: nothing is lost, each key stays in order")
    func killed() async throws {
        let rig = try await RelayRig.make()
        async let writing: Void = rig.write(writers: 8, each: 400)
        var random = SeededRandom.fromEnvironment()
        for round in 1...5 {
            let relay = try await rig.process()
            try await rig.relaysWhileWriting(
                until: round * 600 - Int.random(in: 0..<500, using: &random))
            relay.signal(9)
            _ = await relay.wait()
        }
        try await writing
        try await relaying(rig.source()) { try await rig.verify() }
    }

    @Test(
        "killed at each edge, twice: nothing is lost, each key stays in order",
        arguments: ["before-produce", "after-produce", "before-confirm", "after-confirm"])
    func killedAt(edge: String) async throws {
        let rig = try await RelayRig.make()
        // The slot is made first, so that the edges of streaming are met and not the rebuild's.
        try await relaying(rig.source()) {
            try await rig.write(key: 0)
            try await rig.verify()
        }
        for _ in 0..<2 {
            let relay = try await rig.process(
                failpoints: "relay.\(rig.name).\(edge)=crash@2")
            async let ended = relay.wait()
            try await rig.write(writers: 4, each: 25)
            // One at a time, so that each is confirmed by itself.
            try await eventually("killed") {
                try await rig.write(key: 1)
                return relay.status != nil
            }
            #expect(await ended == .signalled(9))
        }
        try await relaying(rig.source()) { try await rig.verify() }
    }

    @Test("killed in the middle of a rebuild: the next one begins again")
    func killedWhileRebuilding() async throws {
        let rig = try await RelayRig.make()
        try await rig.write(writers: 4, each: 100)
        let relay = try await rig.process(
            failpoints: "relay.\(rig.name).after-produce=crash@200")
        #expect(await relay.wait() == .signalled(9))
        #expect(
            try rig.superuser(
                "SELECT 1 FROM pg_replication_slots WHERE slot_name = '\(rig.slot)'"
            ).isEmpty)
        try await relaying(rig.source()) { try await rig.verify() }
    }

    @Test("the standby takes over when the active one is killed")
    func takeOver() async throws {
        let rig = try await RelayRig.make()
        let active = try await rig.process()
        try await rig.write(key: 0)
        try await rig.verify()
        let standby = rig.source()
        try await relaying(standby) {
            try await eventually { standby.metrics.state == .standby }
            try await rig.write(writers: 4, each: 25)
            active.signal(9)
            try await rig.write(writers: 4, each: 25)
            try await rig.verify()
            #expect(standby.metrics.state == .active)
        }
    }

    @Test("Kafka away for longer than the server waits: the slot is kept, everything follows")
    func kafkaAway() async throws {
        let rig = try await RelayRig.make(ownBroker: true)
        let source = rig.source()
        try await relaying(source) {
            try await rig.write(writers: 4, each: 25)
            try await rig.verify()
            try await rig.broker.proxy.cut()
            try await rig.write(writers: 4, each: 100)
            // The server gives a reader up after 10 s without a sign of life.
            let end = ContinuousClock.now + .seconds(12)
            try await eventually {
                #expect(source.metrics.state == .active)
                return ContinuousClock.now > end
            }
            try await rig.broker.proxy.resume()
            try await rig.write(writers: 4, each: 25)
            try await rig.verify()
        }
        await rig.broker.stop()
    }

    @Test("Kafka away and the queue full: the relay says that it lags, and can be stopped")
    func queueFull() async throws {
        var rig = try await RelayRig.make(ownBroker: true)
        rig.settings = ["queue.buffering.max.messages": "10"]
        try await rig.broker.proxy.cut()
        let source = rig.source()
        try await relaying(source) {
            try await eventuallyActive(source)
            for _ in 0..<20 { try await rig.write(key: 0) }
            try await eventually("it lags") {
                source.metrics.health(laggingAfter: 1) == "lagging"
            }
        }
        try await rig.broker.proxy.resume()
        try await relaying(source) { try await rig.verify() }
        await rig.broker.stop()
    }

    @Test("Kafka comes back empty: a new producer goes on with what was not acknowledged")
    func kafkaEmpty() async throws {
        let rig = try await RelayRig.make(ownBroker: true)
        try await relaying(rig.source()) {
            try await rig.write(writers: 4, each: 25)
            let before = try await rig.verify()
            try await rig.broker.restartEmpty()
            try await rig.write(writers: 4, each: 100)
            try await rig.verify(from: before)
        }
        await rig.broker.stop()
    }

    @Test("the database's connections are cut: the relay comes back by itself")
    func connectionsCut() async throws {
        let rig = try await RelayRig.make()
        try await relaying(rig.source()) {
            async let writing: Void = rig.write(writers: 4, each: 200)
            for round in 1...3 {
                try await rig.relaysWhileWriting(until: round * 200)
                try rig.superuser(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE usename = 'test_relay' AND datname = '\(rig.name)'
                    """)
            }
            try await writing
            try await rig.verify()
        }
    }
}
