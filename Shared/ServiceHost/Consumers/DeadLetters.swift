import Contracts
import Kafka
import Outbox
import Postgres

/// Where messages go that cannot be processed, and where those of the same key wait behind them.
enum DeadLetters {
    enum Kind: String {
        /// Its handler refuses it, alone and again.
        case poison
        /// It is not an envelope. It did not come from an outbox, so nothing waits behind it.
        case undecodable
        /// It came after a poison message of its key.
        case parked
    }

    /// Which keys of these envelopes wait for an operator, by their names.
    static func parkedKeys(
        _ topic: String, among envelopes: [Envelope], in tx: borrowing Transaction
    ) throws -> Set<String> {
        let names = Array(Set(envelopes.lazy.map(\.key)).map(ParkedKey.name))
        let rows = try tx.query(HostQueries.parkedKeys, topic, names)
        return Set(try rows.map { try $0.read(0, as: String.self) })
    }

    /// Queues the row of one message.
    static func append(
        _ message: ConsumedMessage, _ kind: Kind, reason: String, in tx: borrowing Transaction
    ) throws {
        try tx.execute(
            HostQueries.insertDeadLetter, message.topic, message.partition, message.offset,
            message.key, try WireJSON.text(headers(of: message)), message.value, kind.rawValue,
            storable(reason))
    }

    /// Sets a poison message aside and parks its key; `false` if it was dealt with meanwhile.
    static func condemn(
        _ message: ConsumedMessage, _ envelope: Envelope, reason: String,
        in tx: borrowing Transaction
    ) throws -> Bool {
        guard !(try Inbox.admit([envelope], in: tx)).isEmpty else { return false }
        try append(message, .poison, reason: reason, in: tx)
        try tx.execute(
            HostQueries.parkKey, message.topic, ParkedKey.name(of: envelope.key),
            storable(reason))
        return true
    }

    /// Headers as text, with what is not text replaced: for people to read.
    private static func headers(of message: ConsumedMessage) -> [String: String] {
        Dictionary(
            message.headers.map {
                (storable($0.0), storable(String(decoding: $0.1, as: UTF8.self)))
            }
        ) { first, _ in first }
    }

    private static func storable(_ text: String) -> String {
        let clean = text.unicodeScalars.lazy.map { $0.value == 0 ? "\u{FFFD}" : $0 }.prefix(2000)
        return String(String.UnicodeScalarView(clean))
    }
}
