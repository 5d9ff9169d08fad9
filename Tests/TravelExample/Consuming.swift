import Contracts
import Kafka
import Logging
import Outbox
import Postgres

/// Takes one topic through a database until the task is cancelled: each batch in one transaction,
/// each message once.
func consume(
    _ topic: Topic, as group: String, from kafka: KafkaConfiguration, into database: Database,
    logger: Logger,
    handle: @escaping @Sendable ([Envelope], borrowing Transaction) throws -> Void
) async throws {
    let consumer = try Consumer(kafka, group: group, topics: [topic.rawValue], logger: logger)
    while !Task.isCancelled {
        let messages = try await consumer.nextBatch(max: 500, within: .milliseconds(200))
        if messages.isEmpty { continue }
        let envelopes = try messages.map(Envelope.init(message:))
        try await database.transaction { tx in
            try handle(try Inbox.admit(envelopes, in: tx), tx)
        }
        consumer.store(messages)
    }
    await consumer.close()
}

extension Envelope {
    /// Reads a record that a relay has published. Throws `EnvelopeError`.
    init(message: ConsumedMessage) throws {
        try self.init(
            topic: message.topic, key: String(decoding: message.key ?? [], as: UTF8.self),
            headers: message.headers, payload: message.value ?? [])
    }
}
