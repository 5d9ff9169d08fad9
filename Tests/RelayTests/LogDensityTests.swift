import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("The estimate of what the log still holds", .tags(.unit))
struct LogDensityTests {
    private func lsn(_ value: UInt64) -> LSN { LSN(rawValue: value) }

    @Test("knows nothing before anything was read")
    func nothing() {
        var density = LogDensity()
        #expect(density.events(upTo: lsn(1000)) == 0)
        density.begin(at: lsn(100))
        density.count()
        #expect(density.events(upTo: lsn(1000)) == 0)
    }

    @Test("takes the unread part to be as full as the part that was read")
    func share() {
        var density = LogDensity()
        for turn in 0..<10 as Range<UInt64> {
            density.begin(at: lsn(1000 + turn * 100))
            density.count()
            density.count()
            density.read(to: lsn(1100 + turn * 100))
        }
        #expect(density.events(upTo: lsn(7000)) == 100)
        #expect(density.events(upTo: lsn(2000)) == 0)
        #expect(density.events(upTo: lsn(5)) == 0)
    }
}
