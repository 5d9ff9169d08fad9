import TestSupport
import Testing

/// Real processes that are killed, frozen and cut off. All tests share one stack, one after the
/// other. Each ends with every payment ended, exact balances, and the verifier.
@Suite("Faults", .serialized, .tags(.database, .kafka, .fault))
enum Faults {
    static let running = stack()

    /// Starts one whose sagas are impatient, so that a lost message costs a second and not five.
    static func stack() -> Task<TestStack, any Error> {
        Task { try await TestStack.start(environment: ["payment": impatience]) }
    }

    static let impatience = ["SAGA_TIMEOUT_MS": "1000", "SAGA_ATTEMPTS": "40"]

    /// Makes payments while `disturb` runs, waits for all of them, and checks everything.
    static func pay(
        _ count: Int, on stack: TestStack,
        disturb: @Sendable @escaping () async throws -> Void
    ) async throws {
        let market = try await Market.open(on: stack)
        async let disturbance: Void = disturb()
        let outcome = try await Crowd(market).pay(count)
        try await disturbance

        #expect(Set(outcome.payments).count == count)
        #expect(outcome.failed == count / 5, "only those that nobody can afford fail")
        // 10.00 less 2.90 % and 0.30 fee, and 20 % tax on that: 9.29.
        let paid = Int64(outcome.succeeded)
        #expect(try await market.balance(of: market.payer) == .settled(1_000_000 - paid * 1000))
        #expect(try await market.balance(of: market.payee) == .settled(paid * 929))
        try await stack.verify()
    }
}
