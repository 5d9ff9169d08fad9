/// A record to be published.
public struct KafkaRecord: Sendable {
    public var topic: String
    /// Records of one key stay in order; `nil` spreads at random.
    public var key: [UInt8]?
    public var value: [UInt8]
    public var headers: [(String, [UInt8])]

    public init(
        topic: String, key: [UInt8]?, value: [UInt8], headers: [(String, [UInt8])] = []
    ) {
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A record as a consumer is handed it.
public struct ConsumedMessage: Sendable {
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    public let key: [UInt8]?
    /// `nil` is a tombstone.
    public let value: [UInt8]?
    public let headers: [(String, [UInt8])]
    /// Milliseconds since 1970, if the record has a time.
    public let timestamp: Int64?
    /// Under which assignment of its partition it was read. `Consumer.store` passes over what
    /// belongs to an assignment that has ended since.
    public let generation: Int

    public init(
        topic: String, partition: Int32, offset: Int64, key: [UInt8]?, value: [UInt8]?,
        headers: [(String, [UInt8])] = [], timestamp: Int64? = nil, generation: Int = 0
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
        self.generation = generation
    }
}
