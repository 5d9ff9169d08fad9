import Kafka

/// Why a row cannot be published, as `outbox_parked` names it.
enum ParkingReason: String, CaseIterable, Sendable {
    /// Larger than `message.max.bytes`, the producer's or the topic's.
    case tooLarge = "too-large"
    /// Not what the relay understands; its headers, for one, are no flat object of strings.
    case malformed
    /// The broker does not take it as it is.
    case rejected
    case topicMissing = "topic-missing"
    case topicUnauthorized = "topic-unauthorized"
    case topicInvalid = "topic-invalid"
    /// Nothing is wrong with it: one before it under its key, or of its topic, is parked.
    case behind

    /// Whether the topic is at fault, and with it every row of it.
    var isOfTopic: Bool {
        switch self {
        case .topicMissing, .topicUnauthorized, .topicInvalid: true
        case .tooLarge, .malformed, .rejected, .behind: false
        }
    }

    /// `nil` for an error that is none of the row's: it, or another after it, may be published
    /// when it is tried again.
    init?(_ error: any Error) {
        if let error = error as? RelayError {
            guard error.code == .malformedRow else { return nil }
            self = .malformed
            return
        }
        switch (error as? KafkaError)?.code {
        case KafkaError.Code.messageTooLarge: self = .tooLarge
        case KafkaError.Code.invalidMessage: self = .rejected
        case KafkaError.Code.unknownTopic: self = .topicMissing
        case KafkaError.Code.unauthorized: self = .topicUnauthorized
        case KafkaError.Code.invalidTopic: self = .topicInvalid
        default: return nil
        }
    }
}
