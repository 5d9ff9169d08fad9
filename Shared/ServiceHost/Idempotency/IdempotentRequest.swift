import Postgres

/// A request that has one outcome however often it is sent (DESIGN §9).
struct IdempotentRequest: Sendable {
    let tenant: String
    /// Names the route: the same key may be used on another one.
    let operation: String
    let key: String
    /// SHA-256 of the path and of the body as we understood it.
    let hash: [UInt8]

    enum Outcome: Sendable {
        case answered(KeptAnswer, replayed: Bool)
        /// Committed, and still to be completed.
        case pending(resource: String, replayed: Bool)
    }

    /// What the key's row says before the handler runs.
    private enum Admission {
        case fresh
        case known(Outcome)
    }

    /// Runs the handler if the key is new, and writes key and answer in the same transaction;
    /// else answers what was answered before. Throws 409 while another request holds the key, and
    /// 422 if it was used for another request.
    func perform(
        in database: Database, _ scope: RequestScope,
        handler: @escaping @Sendable (borrowing Transaction) throws -> Answer
    ) async throws -> Outcome {
        let outcome: Outcome
        do {
            outcome = try await untilAdmitted {
                try await database.transaction { tx in
                    if case .known(let outcome) = try admit(in: tx) { return outcome }
                    let outcome = try record(handler(tx), scope, in: tx)
                    try Failpoint.hit("\(operation).before-commit")
                    return outcome
                }
            }
        } catch let refusal as Problem where KeptAnswer.isKept(status: refusal.status) {
            guard refusal.code != Self.inProgress.code, refusal.code != Self.reused.code else {
                throw refusal
            }
            outcome = try await remember(refusal, in: database, scope)
        }
        try await Failpoint.reach("\(operation).after-commit")
        return outcome
    }

    /// Answers for a request that was left pending, and stores the answer; if another repetition
    /// was quicker, its answer is everybody's.
    func complete(
        keeping: CompletedRequest.Queue, _ scope: RequestScope,
        with completion: @Sendable () async throws -> Answer
    ) async throws -> KeptAnswer {
        let answer: KeptAnswer
        do {
            guard case .answered(let known, _) = try Self.outcome(of: await completion(), scope)
            else { throw HostError(.misuse, "\(operation)'s completion answered pending") }
            answer = known
        } catch let refusal as Problem where KeptAnswer.isKept(status: refusal.status) {
            answer = KeptAnswer(refusal, requestID: scope.requestID)
        }
        guard KeptAnswer.isKept(status: answer.status) else { return answer }
        return try await keeping.perform(CompletedRequest(request: self, answer: answer))
    }

    static let inProgress = Problem.conflict(
        code: HostCode.idempotencyInProgress,
        detail: "A request with this Idempotency-Key is still being processed.", retryAfter: 1)

    static let reused = Problem.unprocessable(
        code: HostCode.idempotencyKeyReused,
        detail: "This Idempotency-Key was used for a different request.")
}

extension IdempotentRequest {
    /// Takes the key for this transaction, or tells what became of it.
    private func admit(in tx: borrowing Transaction) throws -> Admission {
        let rows = try tx.query(HostQueries.admitKey, tenant, operation, key)
        guard let row = rows.first else { throw HostError(.misuse, "admitKey answered no row") }
        guard let knownHash = try row.read(1, as: [UInt8]?.self) else {
            guard try row.read(0, as: Bool.self) else { throw Self.inProgress }
            return .fresh
        }
        guard knownHash == hash else { throw Self.reused }
        guard let status = try row.read(3, as: Int16?.self) else {
            return .known(.pending(resource: try row.read(2), replayed: true))
        }
        let answer = KeptAnswer(
            status: Int(status), location: try row.read(4), body: try row.read(5))
        return .known(.answered(answer, replayed: true))
    }

    /// Queues the key's row, to go out with the commit. Throws the answer if it is a problem that
    /// is not stored, so that nothing of it is committed.
    private func record(
        _ answer: Answer, _ scope: RequestScope, in tx: borrowing Transaction
    ) throws -> Outcome {
        let outcome = try Self.outcome(of: answer, scope)
        switch outcome {
        case .pending(let resource, _):
            try insert(nil, resource: resource, in: tx)
        case .answered(let stored, _):
            if case .problem(let problem) = answer.content,
                !KeptAnswer.isKept(status: stored.status)
            {
                throw problem
            }
            if answer.keepsKey { try insert(stored, resource: nil, in: tx) }
        }
        return outcome
    }

    /// Stores a refusal that rolled the handler's transaction back.
    private func remember(
        _ refusal: Problem, in database: Database, _ scope: RequestScope
    ) async throws -> Outcome {
        try await untilAdmitted {
            try await database.transaction { tx in
                if case .known(let outcome) = try admit(in: tx) { return outcome }
                return try record(.problem(refusal), scope, in: tx)
            }
        }
    }

    private func insert(
        _ answer: KeptAnswer?, resource: String?, in tx: borrowing Transaction
    ) throws {
        try tx.execute(
            HostQueries.insertKey, tenant, operation, key, hash, resource,
            (answer?.status).map(Int16.init), answer?.location, answer?.body)
    }

    /// Runs an attempt again if another request's row was committed between its snapshot and its
    /// lock: the second look sees that row. Throws 409 if it happens again.
    private func untilAdmitted(
        _ attempt: @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        do {
            return try await attempt()
        } catch let error as PostgresError where Self.lostRace(error) {
            do {
                return try await attempt()
            } catch let error as PostgresError where Self.lostRace(error) {
                throw Self.inProgress
            }
        }
    }

    private static func lostRace(_ error: PostgresError) -> Bool {
        error.code == .uniqueViolation && error.constraint == "idempotency_key_pkey"
    }

    private static func outcome(of answer: Answer, _ scope: RequestScope) throws -> Outcome {
        if case .pending(let resource) = answer.content {
            return .pending(resource: resource, replayed: false)
        }
        return .answered(try KeptAnswer(answer, requestID: scope.requestID), replayed: false)
    }
}
