import Contracts
import FoundationEssentials
import Postgres

/// A message that could not be processed, or that waits behind one.
struct DeadLetter: Sendable {
    let id: Int64
    let topic: String
    let partition: Int32
    let offset: Int64
    /// `nil` if the message had none, or none that is text.
    let key: String?
    let headers: [String: String]
    let payload: [UInt8]?
    let kind: String
    let reason: String
    let at: Date
    /// `replayed` or `discarded`; `nil` while it waits.
    let resolution: String?
    let resolvedAt: Date?

    /// Reads a row of `DeadLetterQueries`. Throws `PostgresError`, `DecodingError`.
    init(_ row: Row) throws {
        id = try row.read(0)
        topic = try row.read(1)
        partition = try row.read(2)
        offset = try row.read(3)
        key = try row.read(4, as: [UInt8]?.self).flatMap { String(validating: $0, as: UTF8.self) }
        headers = try WireJSON.decode(from: try row.read(5, as: String.self).utf8)
        payload = try row.read(6)
        kind = try row.read(7)
        reason = try row.read(8)
        at = try row.read(9)
        resolution = try row.read(10)
        resolvedAt = try row.read(11)
    }

    /// The message as its handler takes it; `nil` if it is no envelope.
    var envelope: Envelope? {
        guard kind != DeadLetters.Kind.undecodable.rawValue, let key, let payload else {
            return nil
        }
        return try? Envelope(
            topic: topic, key: key, headers: headers.map { ($0.key, Array($0.value.utf8)) },
            payload: payload)
    }
}

/// A dead letter as operators see it.
struct DeadLetterView: Encodable, Sendable {
    let id: Int64
    let topic: String
    let partition: Int32
    let offset: Int64
    @Nullable var key: String?
    /// `poison`: it failed. `parked`: it waits behind one of its key. `undecodable`: it is no
    /// envelope.
    let kind: String
    let reason: String
    let at: Date
    @Nullable var type: String?
    @Nullable var subject: String?
    @Nullable var resolution: String?
    @Nullable var resolvedAt: Date?
    let headers: [String: String]
    /// As text, with what is none replaced; only where one dead letter is asked for.
    let payload: String?

    init(_ letter: DeadLetter, whole: Bool = false) {
        id = letter.id
        topic = letter.topic
        partition = letter.partition
        offset = letter.offset
        _key = Nullable(wrappedValue: letter.key)
        kind = letter.kind
        reason = letter.reason
        at = letter.at
        _type = Nullable(wrappedValue: letter.headers[EnvelopeHeader.type])
        _subject = Nullable(wrappedValue: letter.headers[EnvelopeHeader.subject])
        _resolution = Nullable(wrappedValue: letter.resolution)
        _resolvedAt = Nullable(wrappedValue: letter.resolvedAt)
        headers = letter.headers
        payload = whole ? letter.payload.map { String(decoding: $0, as: UTF8.self) } : nil
    }
}
