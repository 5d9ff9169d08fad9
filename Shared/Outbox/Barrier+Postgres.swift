import Contracts
import FoundationEssentials
import Postgres

extension Barrier {
    /// Reads, in one query, both directions of every step named.
    static func load(
        _ addresses: [SagaAddress], in tx: borrowing Transaction
    ) throws -> Barrier {
        var barrier = Barrier()
        let rows = try tx.query(
            OutboxQueries.loadBarrier, addresses.map(\.saga.uuid), addresses.map(\.step))
        for row in rows {
            guard let direction = SagaAddress.Direction(rawValue: try row.read(2)),
                let outcome = Answer.Outcome(rawValue: try row.read(3))
            else {
                throw OutboxError(.malformedBarrier, "unknown direction or outcome in barrier")
            }
            let address = SagaAddress(
                saga: SagaID(try row.read(0, as: UUID.self)), step: try row.read(1),
                direction: direction)
            var reply: AnyReply?
            if outcome != .undoneBeforeDone {
                reply = AnyReply(
                    outcome: outcome == .done ? .done : .refused, type: try row.read(4),
                    payload: try row.read(5))
            }
            barrier.load(Answer(outcome: outcome, reply: reply), at: address)
        }
        return barrier
    }

    /// Writes down what was decided, in one queued statement.
    func write(in tx: borrowing Transaction) throws {
        guard !unwritten.isEmpty else { return }
        try tx.execute(
            OutboxQueries.recordBarrier,
            unwritten.map(\.address.saga.uuid), unwritten.map(\.address.step),
            unwritten.map(\.address.direction.rawValue), unwritten.map(\.answer.outcome.rawValue),
            unwritten.map(\.answer.reply?.type), unwritten.map(\.answer.reply?.payload))
    }
}
