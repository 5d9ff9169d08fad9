import TestSupport
import Testing

@testable import Relay

@Suite("Rows that gather under load", .tags(.unit))
struct GatheringTests {
    private let begin = ContinuousClock.now
    private let span = Duration.milliseconds(5)

    /// One that `rows` were read by in a tenth of a second.
    private func gathering(_ rows: Int, span: Duration) -> Gathering {
        var gathering = Gathering(span: span, at: begin)
        for _ in 0..<rows { gathering.count() }
        return gathering
    }

    @Test("below 2,000 a second nothing waits")
    func few() {
        var gathering = gathering(199, span: span)
        #expect(gathering.pause(at: begin + .milliseconds(99)) == .zero)
        #expect(gathering.pause(at: begin + .milliseconds(100)) == .zero)
        #expect(gathering.pause(at: begin + .milliseconds(101)) == .zero)
    }

    @Test("from then on what comes waits for more, for as long as that many come")
    func many() {
        var gathering = gathering(200, span: span)
        #expect(gathering.pause(at: begin + .milliseconds(1)) == span)
        #expect(gathering.pause(at: begin + .milliseconds(100)) == span)
        #expect(gathering.pause(at: begin + .milliseconds(199)) == span, "as many came before")
        #expect(gathering.pause(at: begin + .milliseconds(200)) == .zero)
    }

    @Test("what came long ago does not count")
    func forgets() {
        var gathering = gathering(1000, span: span)
        #expect(gathering.pause(at: begin + .milliseconds(200)) == .zero)
    }

    @Test("no span, no waiting")
    func never() {
        var gathering = gathering(1000, span: .zero)
        #expect(gathering.pause(at: begin + .milliseconds(1)) == .zero)
        #expect(gathering.pause(at: begin + .milliseconds(100)) == .zero)
    }
}
