import Postgres

/// A request that was left pending, and what it came to.
struct CompletedRequest: Sendable {
    let request: IdempotentRequest
    let answer: KeptAnswer

    typealias Queue = BatchQueue<CompletedRequest, KeptAnswer>

    /// Stores the answers of requests that end together, in one transaction. One that another
    /// repetition has answered before gets that answer.
    static func queue(in database: Database) -> Queue {
        Queue("completed requests") { completed in
            try await database.transaction { tx in try keep(completed, in: tx) }
        }
    }

    private static func keep(
        _ completed: [CompletedRequest], in tx: borrowing Transaction
    ) throws -> [KeptAnswer] {
        let stored = try tx.query(
            HostQueries.answerKeys, completed.map(\.request.tenant),
            completed.map(\.request.operation), completed.map(\.request.key),
            completed.map { Int16($0.answer.status) }, completed.map(\.answer.location),
            completed.map(\.answer.body))
        let places = Set(try stored.map { try $0.read(0, as: Int.self) - 1 })
        return try completed.enumerated().map { place, one in
            try places.contains(place) ? one.answer : one.known(in: tx)
        }
    }

    /// What the key was answered before; this answer, if the key is forgotten already.
    private func known(in tx: borrowing Transaction) throws -> KeptAnswer {
        let rows = try tx.query(
            HostQueries.readKey, request.tenant, request.operation, request.key)
        guard let row = rows.first else { return answer }
        return KeptAnswer(
            status: Int(try row.read(0, as: Int16.self)), location: try row.read(1),
            body: try row.read(2))
    }
}
