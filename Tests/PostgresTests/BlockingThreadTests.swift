import Glibc
import Postgres
import TestSupport
import Testing

@Suite("A thread that blocks", .tags(.database))
struct BlockingThreadTests {
    private static let one = Statement("SELECT 1")

    @Test("is gone when its pool was closed, with all that libraries kept for it")
    func closedPool() async throws {
        let database = try (try await Fixture()).pool(connections: 1)
        let ends = Counter()
        _ = try await database.read { tx in
            LateEnd.count(in: ends)
            return try tx.query(Self.one).count
        }
        await database.close()
        #expect(ends.count == 1)
        await database.close()
    }

    @Test("is gone when the work that it was started for is done, or has failed")
    func finishedWork() async throws {
        let ends = Counter()
        try await BlockingThread.run { LateEnd.count(in: ends) }
        #expect(ends.count == 1)
        await #expect(throws: PostgresError.self) {
            try await BlockingThread.run {
                LateEnd.count(in: ends)
                throw PostgresError(.closed, "the work failed")
            }
        }
        #expect(ends.count == 2)
    }
}

/// Counts a thread when it has put away what is its own, as OpenSSL does for each thread that used
/// it; takes so long that nobody is there before who did not wait.
private enum LateEnd {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { argument in
            guard let argument else { return }
            for _ in 0..<10_000 { sched_yield() }
            _ = Unmanaged<Counter>.fromOpaque(argument).takeRetainedValue().next()
        }
        return key
    }()

    /// Has the end of the thread that calls it counted.
    static func count(in counter: Counter) {
        pthread_setspecific(key, Unmanaged.passRetained(counter).toOpaque())
    }
}
