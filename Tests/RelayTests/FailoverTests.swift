import LocalStack
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A promoted standby", .tags(.database, .kafka, .fault))
struct FailoverTests {
    @Test("has no slot: the relay publishes from the table what its checkpoint does not cover")
    func promoted() async throws {
        let rig = try await RelayRig.make(ownBroker: true, ownPostgres: true)
        let standby = try await rig.database.standby()
        let source = rig.source(url: standby.orPrimary(rig.database.relayURL))
        try await relaying(source) {
            try await rig.write(writers: 4, each: 50)
            try await rig.verify()
            try await rig.checkpointed()
            // What is committed now cannot be published before the primary is gone.
            try await rig.broker.proxy.cut()
            try await rig.write(writers: 4, each: 50)
            try await standby.caughtUp(with: rig.database)
            try await standby.takeOver()
            let promoted = try rig.on(standby.database)
            try await promoted.write(writers: 4, each: 50)
            try await rig.broker.proxy.resume()
            let tally = try await promoted.verify()
            #expect(tally.next.values.reduce(0, +) == 600)
            #expect(tally.repeated < 200, "what the checkpoint covers is not published again")
            #expect(source.metrics.state == .active)
        }
        await rig.broker.stop()
    }
}
