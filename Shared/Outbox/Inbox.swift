public import Contracts
import FoundationEssentials
public import Postgres

/// Remembers which messages were received, so that none is handled twice.
public enum Inbox {
    /// Admits each message once: answers those that were never received before, in order, and marks
    /// them received in this transaction. A message that stands twice in `envelopes` is admitted
    /// once. Throws `PostgresError`.
    public static func admit(
        _ envelopes: [Envelope], in tx: borrowing Transaction
    ) throws -> [Envelope] {
        guard !envelopes.isEmpty else { return [] }
        var fresh: Set<UUID> = []
        for row in try tx.query(OutboxQueries.admit, envelopes.map(\.id)) {
            fresh.insert(try row.read(0))
        }
        return envelopes.filter { fresh.remove($0.id) != nil }
    }

    /// Forgets at most `limit` messages that were received longer ago than `age`, an hour at least;
    /// tells how many.
    ///
    /// What is forgotten and delivered again is handled again: `age` must exceed the time for which
    /// the bus keeps messages. Throws `PostgresError`.
    public static func forget(
        olderThan age: Duration, limit: Int, in tx: borrowing Transaction
    ) throws -> Int {
        try tx.query(OutboxQueries.forget, age.components.seconds, limit).first?.read(0) ?? 0
    }
}
