import CKafka

/// What went wrong between this process and the Kafka cluster.
public struct KafkaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case fatal, queueFull, timedOut, transport, unknownTopic, messageTooLarge, outOfRange
            case topicExists, purged, invalidConfiguration, notAssigned, closed, other
            case unauthorized, invalidTopic, invalidMessage
        }

        private let kind: Kind
        private init(_ kind: Kind) { self.kind = kind }

        /// The client is of no more use: close it and make another.
        public static let fatal = Code(.fatal)
        /// The client's own queue is full: wait for deliveries.
        public static let queueFull = Code(.queueFull)
        /// No answer in time. What was sent may nevertheless be in the log.
        public static let timedOut = Code(.timedOut)
        /// No broker can be reached, or the connection broke.
        public static let transport = Code(.transport)
        /// The topic or the partition does not exist.
        public static let unknownTopic = Code(.unknownTopic)
        /// The message is larger than `message.max.bytes`, or than the broker's limit.
        public static let messageTooLarge = Code(.messageTooLarge)
        /// We may not write to the topic.
        public static let unauthorized = Code(.unauthorized)
        /// No topic can have this name, or nobody may write to it.
        public static let invalidTopic = Code(.invalidTopic)
        /// The broker does not take the message as it is.
        public static let invalidMessage = Code(.invalidMessage)
        /// The offset is not in the log (any more).
        public static let outOfRange = Code(.outOfRange)
        /// The topic is there already.
        public static let topicExists = Code(.topicExists)
        /// The message was thrown away because its client was closed or failed fatally.
        public static let purged = Code(.purged)
        /// A setting is unknown, malformed, or contradicts another.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The partition is not (or no longer) assigned to this consumer.
        public static let notAssigned = Code(.notAssigned)
        /// The client was closed.
        public static let closed = Code(.closed)
        /// Anything else: see `message`.
        public static let other = Code(.other)

        public var description: String { kind.rawValue }
    }

    public let code: Code
    /// librdkafka's own words.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(code): \(message)" }

    /// What librdkafka reports as an error code, with the words it comes with, if any.
    init(_ error: rd_kafka_resp_err_t, _ message: String? = nil) {
        self.init(Code(error), message ?? String(cString: rd_kafka_err2str(error)))
    }
}

extension KafkaError.Code {
    fileprivate init(_ error: rd_kafka_resp_err_t) {
        self =
            switch error {
            case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED: .fatal
            case RD_KAFKA_RESP_ERR__QUEUE_FULL: .queueFull
            case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT,
                RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
                .timedOut
            case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
                RD_KAFKA_RESP_ERR__RESOLVE:
                .transport
            case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
                .unknownTopic
            case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE: .messageTooLarge
            case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: .unauthorized
            case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION: .invalidTopic
            case RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
                RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
                RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
                .invalidMessage
            case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: .outOfRange
            case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .topicExists
            case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT: .purged
            case RD_KAFKA_RESP_ERR__STATE: .notAssigned
            case RD_KAFKA_RESP_ERR__DESTROY: .closed
            default: .other
            }
    }
}
