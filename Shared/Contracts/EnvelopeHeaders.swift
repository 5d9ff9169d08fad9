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

    /// Reads a Kafka record back into an envelope; headers are text. Throws `EnvelopeError` naming
    /// the first header that is missing or malformed.
    public init(
        topic: String, key: String, headers: [(String, [UInt8])], payload: [UInt8]
    ) throws(EnvelopeError) {
        let fields = HeaderFields(headers)
        var address: SagaAddress?
        if fields.saga != nil {
            address = SagaAddress(
                saga: try fields.required(EnvelopeHeader.saga, fields.saga) { SagaID($0) },
                step: try fields.required(EnvelopeHeader.step, fields.step) { $0 },
                direction: try fields.required(EnvelopeHeader.direction, fields.direction) {
                    .init(rawValue: $0)
                })
        }
        self.init(
            id: try fields.required(EnvelopeHeader.id, fields.id) { UUID(text: $0.utf8) },
            topic: topic, key: key,
            type: try fields.required(EnvelopeHeader.type, fields.type) { $0 },
            source: try fields.required(EnvelopeHeader.source, fields.source) { $0 },
            subject: try fields.required(EnvelopeHeader.subject, fields.subject) { $0 },
            time: try fields.required(EnvelopeHeader.time, fields.time) { RFC3339.parse($0) },
            tenant: try fields.required(EnvelopeHeader.tenant, fields.tenant) { $0 },
            saga: address,
            traceparent: fields.traceparent.map { String(decoding: $0, as: UTF8.self) },
            payload: payload)
    }
}

/// A record's headers by name, found in one pass. Of two of one name the first counts.
private struct HeaderFields {
    private(set) var id: [UInt8]?
    private(set) var type: [UInt8]?
    private(set) var time: [UInt8]?
    private(set) var source: [UInt8]?
    private(set) var subject: [UInt8]?
    private(set) var tenant: [UInt8]?
    private(set) var saga: [UInt8]?
    private(set) var step: [UInt8]?
    private(set) var direction: [UInt8]?
    private(set) var traceparent: [UInt8]?

    init(_ headers: [(String, [UInt8])]) {
        for (name, value) in headers {
            switch name {
            case EnvelopeHeader.id: id = id ?? value
            case EnvelopeHeader.type: type = type ?? value
            case EnvelopeHeader.time: time = time ?? value
            case EnvelopeHeader.source: source = source ?? value
            case EnvelopeHeader.subject: subject = subject ?? value
            case EnvelopeHeader.tenant: tenant = tenant ?? value
            case EnvelopeHeader.saga: saga = saga ?? value
            case EnvelopeHeader.step: step = step ?? value
            case EnvelopeHeader.direction: direction = direction ?? value
            case EnvelopeHeader.traceparent: traceparent = traceparent ?? value
            default: break
            }
        }
    }

    func required<Value>(
        _ header: String, _ bytes: [UInt8]?, _ read: (String) -> Value?
    ) throws(EnvelopeError) -> Value {
        guard let bytes, let value = read(String(decoding: bytes, as: UTF8.self)) else {
            throw EnvelopeError(header: header)
        }
        return value
    }
}
