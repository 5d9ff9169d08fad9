import ArgumentParser
import Saga
import TestSupport
import Testing

@testable import Payment

@Suite("Patience", .tags(.unit))
struct PatienceTests {
    @Test("outlasts an outage of 20 seconds, and gives up after some minutes")
    func standard() throws {
        let patience = try Patience(environment: [:])
        var asked = Duration.zero
        var within20Seconds = 0
        for attempt in 1...patience.attempts {
            if asked <= .seconds(20) { within20Seconds += 1 }
            asked += patience.timeout
            if attempt < patience.attempts { asked += patience.retry.pause(after: attempt) }
        }
        #expect(patience.timeout + patience.retry.pause(after: 1) < .seconds(6))
        #expect(patience.timeout + patience.retry.pause(after: patience.attempts) == .seconds(30))
        #expect(within20Seconds < patience.attempts)
        #expect(asked > .seconds(120) && asked < .seconds(300))
        #expect(patience.undoRetry.attempts > patience.retry.attempts)
    }

    @Test("can be shortened by the environment")
    func environment() throws {
        let patience = try Patience(
            environment: ["SAGA_TIMEOUT_MS": "300", "SAGA_ATTEMPTS": "3"])
        #expect(patience == Patience(timeout: .milliseconds(300), attempts: 3))
    }

    @Test(
        "that makes no sense is refused",
        arguments: ["", "0", "-1", "1.5", "soon", "99999999999999999999"])
    func malformed(_ text: String) {
        for name in ["SAGA_TIMEOUT_MS", "SAGA_ATTEMPTS"] {
            #expect(throws: ValidationError.self) { try Patience(environment: [name: text]) }
        }
    }
}
