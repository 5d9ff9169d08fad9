import Postgres

/// Requests of one route that arrive together, answered together, so that a lock that all of them
/// need is taken once a batch.
///
/// Nobody answers for his neighbour: if a batch fails as a whole, each of its requests is tried
/// alone, and answered as soon as it is through.
struct Gathering<Input: Sendable>: Sendable {
    /// One request, decoded.
    struct Request: Sendable {
        let once: IdempotentRequest
        let input: Input
        let scope: RequestScope
    }

    private typealias Queue = BatchQueue<Request, IdempotentRequest.Outcome>

    private let queue: Queue

    init(
        database: Database, operation: String, limits: GatheringLimits,
        handler: @escaping Routes.BatchHandler<Input>
    ) {
        let answering = Answering(
            database: database, operation: operation, limits: limits, handler: handler)
        queue = Queue("requests of \(operation)", limits.queue) { await answering.answer($0) }
    }

    /// The request's outcome, once its transaction is committed. Throws 503 when too many wait.
    func perform(_ request: Request) async throws -> IdempotentRequest.Outcome {
        try await queue.perform(request)
    }
}

/// How the requests of a batch are answered.
private struct Answering<Input: Sendable>: Sendable {
    typealias Request = Gathering<Input>.Request
    typealias Queue = BatchQueue<Request, IdempotentRequest.Outcome>
    typealias Result = Queue.Result

    let database: Database
    let operation: String
    let limits: GatheringLimits
    let handler: Routes.BatchHandler<Input>

    func answer(_ batch: [Queue.Waiting]) async {
        if batch.count == 1 { return await answerAlone(batch[0], patience: nil) }
        if let results = try? await answerTogether(batch.map(\.job)) {
            for (waiting, result) in zip(batch, results) {
                waiting.resume(returning: result)
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
    private func answerAlone(_ waiting: Queue.Waiting, patience: Duration?) async {
        waiting.resume(returning: await result(of: waiting.job, patience))
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
    var queue = BatchLimits()
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
