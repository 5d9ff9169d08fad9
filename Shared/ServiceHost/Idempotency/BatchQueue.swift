import Postgres
import Synchronization

/// Jobs that arrive together, done together: while a batch is in its transaction the next one
/// gathers, so that one look-up, one lock and one flush to disk serve all of it.
///
/// Nobody waits for company: a job that arrives alone is a batch of one.
public final class BatchQueue<Job: Sendable, Value: Sendable>: Sendable {
    /// What a job came to.
    typealias Result = Swift.Result<Value, any Error>

    /// A job, and who waits for what it comes to.
    struct Waiting: Sendable {
        let job: Job
        fileprivate let answer: CheckedContinuation<Result, Never>

        /// To be called once.
        func resume(returning result: Result) { answer.resume(returning: result) }
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        /// Batches that are being done.
        var underWay = 0
    }

    private let name: String
    private let limits: BatchLimits
    private let work: @Sendable ([Waiting]) async -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: what the jobs are, for the error of one too many.
    ///   - work: does a batch, and resumes each of those who wait.
    init(
        _ name: String, _ limits: BatchLimits = BatchLimits(),
        work: @escaping @Sendable ([Waiting]) async -> Void
    ) {
        self.name = name
        self.limits = limits
        self.work = work
    }

    /// Batches of which all jobs succeed, with a value each, in order, or fail.
    public convenience init(
        _ name: String, together: @escaping @Sendable ([Job]) async throws -> [Value]
    ) {
        self.init(name) { batch in
            do {
                let values = try await together(batch.map(\.job))
                guard values.count == batch.count else {
                    throw HostError(.misuse, "\(batch.count) \(name) came to \(values.count)")
                }
                for (waiting, value) in zip(batch, values) {
                    waiting.resume(returning: .success(value))
                }
            } catch {
                for waiting in batch { waiting.resume(returning: .failure(error)) }
            }
        }
    }

    /// What the job came to. Throws what its batch threw, and `.overloaded` when too many wait.
    public func perform(_ job: Job) async throws -> Value {
        try await withCheckedContinuation { (answer: CheckedContinuation<Result, Never>) in
            let admitted = state.withLock { state in
                guard state.waiting.count < limits.waiting else { return false }
                state.waiting.append(Waiting(job: job, answer: answer))
                return true
            }
            guard admitted else {
                let error = PostgresError(.overloaded, "too many \(name) wait")
                return answer.resume(returning: .failure(error))
            }
            startIfIdle()
        }.get()
    }

    private func startIfIdle() {
        let isNeeded = state.withLock { state in
            guard state.underWay < limits.batchesAtOnce else { return false }
            state.underWay += 1
            return true
        }
        if isNeeded { Task { await workOff() } }
    }

    /// Does batch after batch until nobody waits.
    private func workOff() async {
        while let batch = next() { await work(batch) }
    }

    private func next() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.underWay -= 1
                return nil
            }
            let batch = Array(state.waiting.prefix(limits.batch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }
}

/// How much of one kind is done at once.
struct BatchLimits: Sendable {
    /// At most so many in a transaction.
    var batch = 200
    /// At most so many transactions at once: while one is flushed to disk another can be decided.
    var batchesAtOnce = 2
    /// At most so many that wait; more are refused at once.
    var waiting = 4096
}
