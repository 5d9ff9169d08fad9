import LocalStack
import TestSupport
import Testing

/// What a stranger sees over HTTP, with every service, the relay, Postgres and the broker in
/// processes of their own. All tests share one stack, one after the other, and each ends with the
/// verifier.
@Suite("End to end", .serialized, .tags(.database, .kafka))
enum EndToEnd {
    /// Started by the first test that needs it; it ends with the test process.
    static let running = Task { try await TestStack.start() }

    /// Runs a test's body on the shared stack, and the verifier after it.
    static func onStack(_ body: (TestStack) async throws -> Void) async throws {
        let stack = try await running.value
        try await body(stack)
        try await stack.verify()
    }
}
