import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A database's clock that jumps", .tags(.database, .kafka, .fault))
struct ClockTests {
    /// Seconds from the true time: hours and days to and fro.
    private static let jumps = [0, 3600, -7200, 3 * 86_400, 0]

    @Test("loses no event, turns none round, and drops none that is not published")
    func database() async throws {
        let clock = try TestClock()
        let rig = try await RelayRig.make(clock: clock)
        let upkeep = OutboxUpkeep(
            source: rig.name, url: rig.database.relayURL,
            policy: .init(width: .seconds(3600), ahead: 2, retention: .seconds(3600)),
            logger: .quiet)
        let source = rig.source()
        try await relaying(source) {
            for ahead in Self.jumps {
                try clock.set(ahead: ahead)
                async let writing: Void = rig.write(writers: 4, each: 50)
                try upkeep.once()
                try await writing
                try upkeep.once()
            }
            try await rig.verify()
            #expect(source.metrics.health(laggingAfter: 60) == "active")
        }
    }

    @Test("leaves the table in the order of its commits")
    func table() async throws {
        let clock = try TestClock()
        let rig = try await RelayRig.make(clock: clock)
        for ahead in Self.jumps {
            try clock.set(ahead: ahead)
            try await rig.write(writers: 4, each: 50)
        }
        // Nothing was written with a relay at work: all of it is published from the table.
        try await relaying(rig.source()) { try await rig.verify() }
    }
}
