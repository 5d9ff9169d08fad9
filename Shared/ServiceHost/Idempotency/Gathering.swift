import Postgres
import Synchronization

/// Requests of one route that arrive together, answered together: while a batch is in its
/// transaction the next one gathers, so a lock that all of them need is taken once a batch, and one
/// flush to disk makes all of them durable.
///
/// Nobody waits for company: a request that arrives alone is a batch of one. Nobody answers for his
/// neighbour either: if a batch fails as a whole, each of its requests is tried alone, and answered
/// as soon as it is through.
final class Gathering<Input: Sendable>: Sendable {
    /// One request, decoded.
    struct Request: Sendable {
        let once: IdempotentRequest
        let input: Input
        let scope: RequestScope
    }

    typealias Result = Swift.Result<IdempotentRequest.Outcome, any Error>

    private struct Waiting: Sendable {
        let request: Request
        let answer: CheckedContinuation<Result, Never>
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        /// Batches in a transaction.
        var underWay = 0
    }

    private let database: Database
    private let operation: String
    private let limits: GatheringLimits
    private let handler: Routes.BatchHandler<Input>
    private let state = Mutex(State())

    init(
        database: Database, operation: String, limits: GatheringLimits,
        handler: @escaping Routes.BatchHandler<Input>
    ) {
        self.database = database
        self.operation = operation
        self.limits = limits
        self.handler = handler
    }

    /// The request's outcome, once its transaction is committed. Throws 503 when too many wait.
    func perform(_ request: Request) async throws -> IdempotentRequest.Outcome {
        try await withCheckedContinuation { (answer: CheckedContinuation<Result, Never>) in
            let admitted = state.withLock { state in
                guard state.waiting.count < limits.waiting else { return false }
                state.waiting.append(Waiting(request: request, answer: answer))
                return true
            }
            guard admitted else {
                let error = PostgresError(.overloaded, "too many requests wait for \(operation)")
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
        if isNeeded { Task { await answerAll() } }
    }

    /// Answers batch after batch until nobody waits.
    private func answerAll() async {
        while let batch = next() { await answer(batch) }
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

    private func answer(_ batch: [Waiting]) async {
        if batch.count == 1 { return await answerAlone(batch[0], patience: nil) }
        if let results = try? await answerTogether(batch.map(\.request)) {
            for (waiting, result) in zip(batch, results) {
                waiting.answer.resume(returning: result)
            }
            return
        }
        let patience = limits.patience(ofEachAmong: batch.count)
        await withTaskGroup(of: Void.self) { group in
            for (place, waiting) in batch.enumerated() {
                if place >= limits.aloneAtOnce { _ = await group.next() }
                group.addTask { await self.answerAlone(waiting, patience: patience) }
            }
        }
    }

    private func answerTogether(_ batch: [Request]) async throws -> [Result] {
        let keyed = KeyedRequests(
            operation: operation,
            requests: batch.map { KeyedRequests.Request($0.once) })
        let results = try await database.transaction { [handler, operation] tx in
            let admissions = try keyed.admit(in: tx)
            let fresh = batch.indices.filter { admissions[$0].isFresh }
            let answers = try handler(
                fresh.map { (input: batch[$0].input, scope: batch[$0].scope) }, tx)
            var results = admissions.map(\.result)
            var entries = [KeyedRequests.Entry?](repeating: nil, count: batch.count)
            for (index, answer) in zip(fresh, answers) {
                (results[index], entries[index]) = try Self.settle(
                    answer, requestID: batch[index].scope.requestID)
            }
            try keyed.record(entries: entries, in: tx)
            try Failpoint.hit("\(operation).before-commit")
            return results
        }
        try await Failpoint.reach("\(operation).after-commit")
        return results
    }

    /// - Parameter patience: how long it may wait for a lock, if not as long as others.
    private func answerAlone(_ waiting: Waiting, patience: Duration?) async {
        waiting.answer.resume(returning: await result(of: waiting.request, patience))
    }

    private func result(of request: Request, _ patience: Duration?) async -> Result {
        do {
            return .success(
                try await request.once.perform(in: database, request.scope) { [handler] tx in
                    if let patience {
                        try tx.execute(HostQueries.limitWaiting, "\(patience.microseconds)us")
                    }
                    let answers = try handler([(input: request.input, scope: request.scope)], tx)
                    guard let answer = answers.first else {
                        throw HostError(.misuse, "\(request.once.operation) answered nothing")
                    }
                    return answer
                })
        } catch {
            return .failure(error)
        }
    }

    /// What a request is told, and what its key keeps of it. A problem that is not kept is thrown,
    /// as it is for a request on its own.
    private static func settle(
        _ answer: Answer, requestID: String
    ) throws -> (Result, KeyedRequests.Entry?) {
        if case .pending(let resource) = answer.content {
            return (
                .success(.pending(resource: resource, replayed: false)),
                .pending(resource: resource)
            )
        }
        let stored = try KeptAnswer(answer, requestID: requestID)
        if case .problem(let problem) = answer.content, !KeptAnswer.isKept(status: stored.status) {
            return (.failure(problem), nil)
        }
        return (
            .success(.answered(stored, replayed: false)),
            answer.keepsKey ? .answered(stored) : nil
        )
    }
}

/// How many requests of a route are gathered.
struct GatheringLimits: Sendable {
    /// At most so many in a transaction.
    var batch = 200
    /// At most so many transactions at once: while one is flushed to disk another can be decided.
    var batchesAtOnce = 2
    /// At most so many requests that wait; more are refused at once.
    var waiting = 4096
    /// Requests of a batch that failed, each in a transaction of its own, at most so many at once:
    /// when both batches fail, others still find a connection.
    var aloneAtOnce = 3
    /// How long all requests of a batch that failed wait for locks, one after the other. What holds
    /// a lock for longer holds up many of them, and all who wait behind: those have had their time
    /// together, and are told to come again.
    var patience = Duration.seconds(5)

    func patience(ofEachAmong count: Int) -> Duration {
        min(patience, patience * aloneAtOnce / count)
    }
}

extension KeyedRequests.Admission {
    fileprivate var isFresh: Bool {
        if case .fresh = self { true } else { false }
    }

    /// What is known already. A fresh request has no result yet, and stands as one that failed
    /// until it is handled.
    fileprivate var result: Result<IdempotentRequest.Outcome, any Error> {
        switch self {
        case .fresh: .failure(HostError(.misuse, "a request was not answered"))
        case .known(let answer): .success(.answered(answer, replayed: true))
        case .pending(let resource): .success(.pending(resource: resource, replayed: true))
        case .refused(let problem): .failure(problem)
        }
    }
}
