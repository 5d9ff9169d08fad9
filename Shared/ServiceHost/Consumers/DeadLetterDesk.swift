import Contracts
import Postgres

/// `/v1/dead-letters`: where an operator has messages handled once more, or gives them up.
///
/// A replayed message goes through its topic's handler in the transaction that marks it resolved.
/// Its inbox row is there already: that it was received is what made it a dead letter. Messages of
/// a key are replayed in the order in which they came, and the key flows again once none waits.
struct DeadLetterDesk: Sendable {
    struct DiscardRequest: Codable, Sendable {
        let reason: ShortText?
    }

    struct ReplayRequest: Codable, Sendable {
        let topic: String
        let key: String
    }

    /// What a replay of a whole key came to.
    struct Replayed: Encodable, Sendable {
        let replayed: Int
        /// More of the key waits: ask again.
        let isMore: Bool
    }

    /// Messages of one replay.
    static let limit: Int64 = 1000

    private let handlers: [String: Routes.Consumption]

    init(_ topics: [ConsumedTopic]) {
        handlers = Dictionary(topics.map { ($0.topic, $0.handler) }) { first, _ in first }
    }

    func add(to routes: inout Routes) {
        routes.get("/v1/dead-letters", scope: .operator) { scope, tx in try list(scope, tx) }
        routes.get("/v1/dead-letters/{id}", scope: .operator) { scope, tx in
            .ok(DeadLetterView(try find(scope, tx), whole: true))
        }
        let service = routes.host.service
        routes.post(
            "/v1/dead-letters/replay", operation: "\(service).replay-key", scope: .operator
        ) { (request: ReplayRequest, scope, tx) in
            try replayKey(request, scope, tx)
        }
        routes.post(
            "/v1/dead-letters/{id}/replay", operation: "\(service).replay-dead-letter",
            scope: .operator
        ) { (_: NoInput, scope, tx) in
            try replay(scope, tx)
        }
        routes.post(
            "/v1/dead-letters/{id}/discard", operation: "\(service).discard-dead-letter",
            scope: .operator
        ) { (request: DiscardRequest, scope, tx) in
            try discard(request, scope, tx)
        }
    }
}

extension DeadLetterDesk {
    private func list(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let above = try page.cursor.map { text throws(Problem) in
            guard let id = Int64(text) else {
                throw .invalidParameter("cursor", "'cursor' is not one of this list.")
            }
            return id
        }
        let letters = try tx.query(
            DeadLetterQueries.list, scope.tenant, scope.query("topic"), scope.query("key"),
            above ?? 0, page.fetch
        ).map(DeadLetter.init)
        return .ok(page.answer(letters, id: \.id) { DeadLetterView($0) })
    }

    private func find(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> DeadLetter {
        let text = try scope.parameter("id")
        guard let id = Int64(text),
            let row = try tx.query(DeadLetterQueries.one, scope.tenant, id).first
        else {
            throw Problem.notFound(
                code: HostCode.deadLetterUnknown, detail: "There is no dead letter '\(text)'.")
        }
        return try DeadLetter(row)
    }

    /// The dead letter, which waits, with its key locked.
    private func take(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> DeadLetter {
        let letter = try find(scope, tx)
        if let key = letter.key {
            try tx.query(DeadLetterQueries.lockKey, letter.topic, ParkedKey.name(of: key))
        }
        // Once more, now that nobody else can resolve it.
        let now = try find(scope, tx)
        if let resolution = now.resolution {
            throw Problem.conflict(
                code: HostCode.deadLetterResolved,
                detail: "Dead letter \(now.id) was \(resolution).")
        }
        return now
    }

    private func replay(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let letter = try take(scope, tx)
        guard let key = letter.key, letter.envelope != nil else {
            throw Problem.unprocessable(
                code: HostCode.deadLetterUndecodable,
                detail: "Dead letter \(letter.id) is no message that could be handled.")
        }
        let waiting = try tx.query(DeadLetterQueries.waiting, letter.topic, key, Int64(1))
            .map(DeadLetter.init)
        if let first = waiting.first, first.id != letter.id {
            throw Problem.conflict(
                code: HostCode.deadLetterOutOfOrder,
                detail: "Dead letter \(first.id) of the same key comes first.")
        }
        try handle([letter], of: letter.topic, tx)
        try resolve([letter], "replayed", scope, tx)
        return .ok(DeadLetterView(try find(scope, tx), whole: true))
    }

    private func replayKey(
        _ request: ReplayRequest, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        try tx.query(
            DeadLetterQueries.lockKey, request.topic, ParkedKey.name(of: request.key))
        let waiting = try tx.query(
            DeadLetterQueries.waiting, request.topic, request.key, Self.limit + 1
        ).map(DeadLetter.init).filter { $0.headers[EnvelopeHeader.tenant] == scope.tenant }
        let letters = Array(waiting.prefix(Int(Self.limit)))
        guard !letters.isEmpty else {
            throw Problem.notFound(
                code: HostCode.deadLetterUnknown,
                detail: "Nothing of key '\(request.key)' waits in \(request.topic).")
        }
        try handle(letters, of: request.topic, tx)
        try resolve(letters, "replayed", scope, tx)
        return .ok(Replayed(replayed: letters.count, isMore: waiting.count > letters.count))
    }

    private func discard(
        _ request: DiscardRequest, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let letter = try take(scope, tx)
        try resolve([letter], "discarded", reason: request.reason?.text, scope, tx)
        return .ok(DeadLetterView(try find(scope, tx), whole: true))
    }

    /// Throws 422 with the reason if the handler still fails; nothing is changed then.
    private func handle(
        _ letters: [DeadLetter], of topic: String, _ tx: borrowing Transaction
    ) throws {
        guard let handler = handlers[topic] else {
            throw Problem.unprocessable(
                code: HostCode.replayFailed, detail: "Nobody here handles \(topic) any more.")
        }
        do {
            try handler(letters.compactMap(\.envelope), tx)
            // What was queued fails here, while it can still be told apart.
            try tx.query(HostQueries.ping)
        } catch let error as PostgresError where error.isRetriable {
            throw error
        } catch {
            throw Problem.unprocessable(
                code: HostCode.replayFailed, detail: "It failed again: \(error)")
        }
    }

    /// Marks them, frees their key if nothing of it waits any more, and says who did it.
    private func resolve(
        _ letters: [DeadLetter], _ resolution: String, reason: String? = nil,
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws {
        try tx.execute(DeadLetterQueries.resolve, letters.map(\.id), resolution)
        if let first = letters.first, let key = first.key {
            let left = try tx.query(DeadLetterQueries.waiting, first.topic, key, Int64(1))
            if left.isEmpty {
                try tx.execute(DeadLetterQueries.free, first.topic, ParkedKey.name(of: key))
            }
        }
        try AuditTrail.append(
            letters.map { letter in
                AuditRow(
                    scope,
                    action: resolution == "replayed" ? "dead-letter.replay" : "dead-letter.discard",
                    subject: "dead-letter \(letter.id)",
                    detail: [
                        "topic": letter.topic, "key": letter.key ?? "", "reason": reason ?? "",
                    ])
            }, in: tx)
    }
}
