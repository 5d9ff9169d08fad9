import Glibc

/// Threads for work that blocks, such as all that `Connection` and `ReplicationStream` do.
///
/// Swift has one thread a core for all tasks together: a task that blocks on one of them stops
/// others, perhaps the very one that it waits for.
public enum BlockingThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread, which lives as long as `run` does.
    ///
    /// Throws `.insufficientResources` if the system has none to give.
    public static func start(_ run: @escaping @Sendable () -> Void) throws(PostgresError) {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard status == 0 else {
            body.release()
            throw PostgresError(.insufficientResources, "no thread: errno \(status)")
        }
        pthread_detach(thread)
    }

    /// Runs blocking work on a thread of its own, while the task waits without blocking.
    ///
    /// Throws what `body` throws, and `.insufficientResources`.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(PostgresError) {
                try start { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
