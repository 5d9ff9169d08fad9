public import Contracts
public import Postgres

/// Where a service puts what it has to say: rows in its own database, which the relay publishes.
public enum Outbox {
    /// Appends messages in the transaction of the change that they tell of. One statement, queued:
    /// an error surfaces at the next query or at the commit.
    ///
    /// Messages of one key are published in the order of `envelopes`, and after those of every
    /// transaction that committed before. To order a key across concurrent transactions, hold the
    /// lock that orders it before you append.
    public static func append(
        _ envelopes: [Envelope], in tx: borrowing Transaction
    ) throws {
        guard !envelopes.isEmpty else { return }
        try tx.execute(
            OutboxQueries.append,
            envelopes.map(\.id), envelopes.map(\.topic), envelopes.map(\.aggregate),
            envelopes.map(\.key), envelopes.map(\.type), envelopes.map(\.payload),
            envelopes.map { JSONObject.text($0.storedHeaders) })
    }
}
