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

    @Test("that leaves out what is there remembers where it began, before there is a slot to lose")
    func fromNow() async throws {
        let rig = try await ShopRig.make(setup: false)
        let name = rig.database.name
        try await rig.setup(name: name)
        try rig.add(1...2)
        let (status, _) = try await rig.serve(
            ["--name", name, "--from-now"], failpoints: "relay.\(name).before-slot=crash@1")
        #expect(status == .signalled(9))
        try rig.add(3...4)
        try await relaying(try rig.source(.now, ["--name", name])) {
            let payloads = try await rig.payloads(2)
            #expect(payloads == ["{\"n\": 3}", "{\"n\": 4}"])
        }
    }
}
