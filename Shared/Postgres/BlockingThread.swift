import Glibc
import Synchronization

/// A thread for work that blocks, such as all that `Connection` and `ReplicationStream` do.
///
/// Swift has one thread a core for all tasks together: a task that blocks on one of them stops
/// others, perhaps the very one that it waits for.
public final class BlockingThread: Sendable {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: pthread_t
    private let isJoined = Mutex(false)

    private init(_ thread: pthread_t) { self.thread = thread }

    /// Whoever did not wait for it never will: the system may put it away when it ends.
    deinit { if !isJoined.withLock({ $0 }) { pthread_detach(thread) } }

    /// Starts a thread, which lives as long as `run` does.
    ///
    /// Throws `.insufficientResources` if the system has none to give.
    @discardableResult
    public static func start(
        _ run: @escaping @Sendable () -> Void
    ) throws(PostgresError) -> BlockingThread {
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
        return BlockingThread(thread)
    }

    /// Runs blocking work on a thread of its own, while the task waits without blocking.
    ///
    /// Throws what `body` throws, and `.insufficientResources`.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        var thread: BlockingThread?
        let outcome: Result<Value, any Error> = await withCheckedContinuation { continuation in
            do throws(PostgresError) {
                thread = try start { continuation.resume(returning: Result { try body() }) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        thread?.join()
        return try outcome.get()
    }

    /// Waits until the thread is gone, which blocks: for a moment only once its body has ended.
    ///
    /// A body that has ended is not enough for a process that is about to exit. After the body the
    /// thread puts away what libraries keep for each thread, such as OpenSSL's random numbers,
    /// and OpenSSL crashes where `exit` puts away the whole of it meanwhile.
    func join() {
        isJoined.withLock { isJoined in
            guard !isJoined else { return }
            pthread_join(thread, nil)
            isJoined = true
        }
    }
}
