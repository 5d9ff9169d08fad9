import LocalStack
import TestSupport
import Testing

@testable import Relay

@Suite("A rebuild from the table", .tags(.database, .kafka, .fault))
struct RebuildTests {
    /// As one whose temporary slot was given up by the server meanwhile.
    @Test("that has published all and makes no slot need not be repeated in full")
    func remembered() async throws {
        let rig = try await RelayRig.make()
        try await rig.write(writers: 4, each: 25)
        let relay = try await rig.process(failpoints: "relay.\(rig.name).before-slot=crash@1")
        #expect(await relay.wait() == .signalled(9))
        try await rig.write(writers: 4, each: 25)
        try await relaying(rig.source()) {
            let tally = try await rig.verify()
            #expect(tally.repeated == 0)
        }
    }
}
