import Dispatch

/// Runs what computes for long on a thread of its own: on one of the few that all tests share it
/// would keep the others from being woken in time.
public func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "test computation").async {
            continuation.resume(with: Result { try body() })
        }
    }
}
