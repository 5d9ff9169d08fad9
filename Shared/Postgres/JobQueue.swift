import Glibc

/// One transaction that waits for a thread.
struct Job: Sendable {
    /// Runs the whole transaction on the lane's thread, and resumes whoever waits for it.
    let run: @Sendable (Lane) -> Void
}

/// A bounded queue between tasks, which never wait, and threads, which do nothing else.
///
/// `@unchecked Sendable`: every field is only touched with `mutex` held. A condition variable is
/// what blocks the threads, and Synchronization has none.
final class JobQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var ring: [Job?]
    private var head = 0
    private var waiting = 0
    private var busy = 0
    private var isClosed = false

    init(limit: Int) {
        ring = Array(repeating: nil, count: limit)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    /// Adds a job, or says at once why not: `.overloaded` or `.closed`.
    func add(_ job: Job) -> PostgresError? {
        withLock {
            if isClosed { return PostgresError(.closed, "the database was closed") }
            if waiting == ring.count {
                return PostgresError(.overloaded, "\(waiting) transactions are waiting already")
            }
            ring[(head + waiting) % ring.count] = job
            waiting += 1
            pthread_cond_signal(arrival)
            return nil
        }
    }

    /// Waits for a job; `nil` once the queue is closed and empty.
    func take() -> Job? {
        withLock {
            while waiting == 0 {
                if isClosed { return nil }
                pthread_cond_wait(arrival, mutex)
            }
            let job = ring[head]
            ring[head] = nil
            head = (head + 1) % ring.count
            waiting -= 1
            busy += 1
            return job
        }
    }

    /// Says that a job which was taken is done.
    func finish() { withLock { busy -= 1 } }

    /// Refuses further jobs, and lets the threads go when the last one is taken.
    func close() {
        withLock {
            isClosed = true
            pthread_cond_broadcast(arrival)
        }
    }

    var load: (busy: Int, waiting: Int) { withLock { (busy, waiting) } }

    private func withLock<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
