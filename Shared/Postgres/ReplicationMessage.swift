/// What the server sends on a replication stream.
public enum ReplicationMessage {
    /// A piece of the log, decoded. `start` is where it lies.
    case change(start: LSN, PgOutput.Message)
    /// The server is there and has nothing for us up to `end`; it may want an answer now, or it
    /// will take us for dead.
    case keepalive(end: LSN, replyRequested: Bool)

    /// Decodes a CopyData message of the streaming replication protocol.
    ///
    /// Throws `.malformedMessage`.
    /// (https://www.postgresql.org/docs/15/protocol-replication.html)
    init(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        var reader = ByteReader(bytes)
        let kind = try reader.next(UInt8.self)
        switch kind {
        case UInt8(ascii: "w"):
            let start = LSN(rawValue: try reader.next(UInt64.self))
            _ = try reader.next(UInt64.self)
            _ = try reader.next(Int64.self)
            let payload = try reader.next(bytes: reader.remaining)
            self = .change(start: start, try PgOutput.decode(payload))
        case UInt8(ascii: "k"):
            let end = LSN(rawValue: try reader.next(UInt64.self))
            _ = try reader.next(Int64.self)
            self = .keepalive(end: end, replyRequested: try reader.next(UInt8.self) == 1)
        default:
            throw PostgresError(.malformedMessage, "a replication message of kind \(kind)")
        }
    }

    /// The answer to both: how far the log was received, and how far it was dealt with for good.
    static func status(
        received: LSN, flushed: LSN, now: Int64, replyRequested: Bool
    ) -> [UInt8] {
        var bytes = [UInt8(ascii: "r")]
        bytes.reserveCapacity(34)
        bytes.appendBigEndian(max(received, flushed).rawValue)
        bytes.appendBigEndian(flushed.rawValue)
        bytes.appendBigEndian(flushed.rawValue)
        bytes.appendBigEndian(now)
        bytes.append(replyRequested ? 1 : 0)
        return bytes
    }
}
