public import FoundationEssentials

/// Which step of which saga a command or a reply belongs to, and in which direction.
public struct SagaAddress: Hashable, Codable, Sendable {
    public enum Direction: String, Codable, Sendable, CaseIterable { case action, compensation }

    public let saga: SagaID
    public let step: String
    public let direction: Direction

    public init(saga: SagaID, step: String, direction: Direction) {
        self.saga = saga
        self.step = step
        self.direction = direction
    }
}

/// A message on its way: CloudEvents attributes, where it goes, and the payload's bytes.
///
/// The same envelope is an outbox row, a Kafka record and what a consumer is handed.
public struct Envelope: Equatable, Sendable {
    /// CloudEvents `id`: the outbox row's id, by which consumers remove duplicates.
    public var id: UUID
    public var topic: String
    /// The Kafka key: what stays in order.
    public var key: String
    /// Debezium's `aggregatetype`. Empty on the consumer's side: it does not travel.
    public var aggregate: String
    /// CloudEvents `type`.
    public var type: String
    /// CloudEvents `source`: `/farthing/ledger`.
    public var source: String
    /// CloudEvents `subject`.
    public var subject: String
    /// CloudEvents `time`; the database's clock has the last word when the row is inserted.
    public var time: Date
    public var tenant: String
    /// Set on commands and replies, `nil` on events.
    public var saga: SagaAddress?
    /// W3C Trace Context, carried through from the request that began it all.
    public var traceparent: String?
    public var payload: [UInt8]

    public init(
        id: UUID = UUIDv7.next(), topic: String, key: String, aggregate: String = "",
        type: String, source: String, subject: String, time: Date = Date(), tenant: String,
        saga: SagaAddress? = nil, traceparent: String? = nil, payload: [UInt8]
    ) {
        self.id = id
        self.topic = topic
        self.key = key
        self.aggregate = aggregate
        self.type = type
        self.source = source
        self.subject = subject
        self.time = time
        self.tenant = tenant
        self.saga = saga
        self.traceparent = traceparent
        self.payload = payload
    }

    /// Wraps a message. Throws `EncodingError` if it cannot be written as JSON.
    public init<M: Message>(
        _ message: M, source: String, tenant: String, saga: SagaAddress? = nil,
        traceparent: String? = nil
    ) throws {
        self.init(
            topic: M.topic.rawValue, key: message.key, aggregate: M.aggregate, type: M.type,
            source: source, subject: message.subject, tenant: tenant, saga: saga,
            traceparent: traceparent, payload: try WireJSON.encode(message))
    }

    /// Reads the payload. Throws `DecodingError`.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try WireJSON.decode(type, from: payload)
    }
}
