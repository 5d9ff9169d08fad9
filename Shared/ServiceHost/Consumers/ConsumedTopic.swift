import Contracts
import Kafka

/// A topic, and what a service does with its messages.
struct ConsumedTopic: Sendable {
    let topic: String
    let group: String
    /// Names the failpoints and the metrics: `ledger.commands`.
    let operation: String
    let handler: Routes.Consumption
    let afterCommit: (@Sendable () -> Void)?
}

/// A message as it arrived, and the envelope that it holds, if it does.
struct Received: Sendable {
    let message: ConsumedMessage
    let envelope: Result<Envelope, Undecodable>
    /// Where its relay says that it stands among the events of its key, if it says.
    let link: KeyWatch.Link?

    /// Why a message is not an envelope.
    struct Undecodable: Error, Equatable {
        let reason: String
    }

    init(_ message: ConsumedMessage) {
        self.message = message
        envelope = Result { () throws(Undecodable) in try Self.read(message) }
        link = KeyWatch.Link(message)
    }

    /// What cannot be stored as text cannot come from an outbox, so a NUL is refused here and
    /// never fails a batch.
    private static func read(_ message: ConsumedMessage) throws(Undecodable) -> Envelope {
        guard let payload = message.value else { throw Undecodable(reason: "it has no value") }
        guard let key = message.key.flatMap(text) else {
            throw Undecodable(reason: "its key is not text")
        }
        for (name, value) in message.headers where !isText(value) {
            throw Undecodable(reason: "header \(name) is not text")
        }
        do {
            return try Envelope(
                topic: message.topic, key: key, headers: message.headers, payload: payload)
        } catch {
            throw Undecodable(reason: error.description)
        }
    }

    private static func text(_ bytes: [UInt8]) -> String? {
        bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    /// Nearly always ASCII, which needs no closer look.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 &- 1 < 0x7F } || text(bytes) != nil
    }
}
