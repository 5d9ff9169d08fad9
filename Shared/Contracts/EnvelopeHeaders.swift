import FoundationEssentials

/// The names of an envelope's Kafka headers: CloudEvents 1.0, Kafka binary content mode, with
/// Farthing's extension attributes (lower-case letters only, as CloudEvents §"attribute names"
/// wants them).
public enum EnvelopeHeader {
    public static let id = "ce_id"
    public static let type = "ce_type"
    public static let time = "ce_time"
    public static let specversion = "ce_specversion"
    public static let contentType = "content-type"
    public static let source = "ce_source"
    public static let subject = "ce_subject"
    public static let tenant = "ce_tenant"
    public static let saga = "ce_sagaid"
    public static let step = "ce_sagastep"
    public static let direction = "ce_sagadirection"
    public static let traceparent = "traceparent"

    /// The outbox row's position, which names the event among those of its source; written by the
    /// relay.
    public static let sequence = "ce_sequence"
    /// The `sequence` of the event that was published before it under the same topic and key; not
    /// there where the relay does not know.
    public static let previous = "ce_previous"

    public static let specversionValue = "1.0"
    public static let contentTypeValue = "application/json"
}

/// What is wrong with a record that cannot be read as an envelope.
public struct EnvelopeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The header that is missing or malformed.
    public let header: String
    public var description: String { "header \(header) is missing or malformed" }
}

extension Envelope {
    /// The headers that the outbox stores in its `headers` column: all but those that the relay
    /// writes from the row's own columns (`ce_id`, `ce_type`, `ce_time`) or that never vary.
    public var storedHeaders: [(name: String, value: String)] {
        var headers = [
            (EnvelopeHeader.source, source), (EnvelopeHeader.subject, subject),
            (EnvelopeHeader.tenant, tenant),
        ]
        if let saga {
            headers.append((EnvelopeHeader.saga, saga.saga.description))
            headers.append((EnvelopeHeader.step, saga.step))
            headers.append((EnvelopeHeader.direction, saga.direction.rawValue))
        }
        if let traceparent { headers.append((EnvelopeHeader.traceparent, traceparent)) }
        return headers.map { (name: $0.0, value: $0.1) }
    }

    /// Reads a Kafka record back into an envelope. Throws `EnvelopeError` naming the first header
    /// that is missing or malformed.
    public init(
        topic: String, key: String, headers: [(name: String, value: String)], payload: [UInt8]
    ) throws(EnvelopeError) {
        let values = Dictionary(headers.map { ($0.name, $0.value) }) { first, _ in first }

        func required<Value>(
            _ header: String, _ read: (String) -> Value?
        ) throws(EnvelopeError) -> Value {
            guard let text = values[header], let value = read(text) else {
                throw EnvelopeError(header: header)
            }
            return value
        }

        var address: SagaAddress?
        if values[EnvelopeHeader.saga] != nil {
            address = SagaAddress(
                saga: try required(EnvelopeHeader.saga) { SagaID($0) },
                step: try required(EnvelopeHeader.step) { $0 },
                direction: try required(EnvelopeHeader.direction) { .init(rawValue: $0) })
        }
        self.init(
            id: try required(EnvelopeHeader.id) { UUID(uuidString: $0) },
            topic: topic, key: key,
            type: try required(EnvelopeHeader.type) { $0 },
            source: try required(EnvelopeHeader.source) { $0 },
            subject: try required(EnvelopeHeader.subject) { $0 },
            time: try required(EnvelopeHeader.time) { RFC3339.parse($0) },
            tenant: try required(EnvelopeHeader.tenant) { $0 },
            saga: address, traceparent: values[EnvelopeHeader.traceparent], payload: payload)
    }
}
