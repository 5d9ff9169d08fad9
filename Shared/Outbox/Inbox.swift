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
}
