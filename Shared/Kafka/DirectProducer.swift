import CKafka
import Glibc
public import Logging

/// What became of records: gathered by `DirectProducer.poll`, in memory that is used again.
public struct DeliveryReports: Sendable {
    /// A record that was not delivered.
    public struct Failure: Sendable {
        /// What `DirectProducer.enqueue` was given with it.
        public let token: UInt
        public let error: KafkaError
        public let topic: String
        public let headers: [(String, [UInt8])]
    }

    /// The tokens of the records that are in the log.
    public internal(set) var delivered: [UInt] = []
    public internal(set) var failed: [Failure] = []
    /// Of the keys and values of all these records.
    public internal(set) var bytes = 0

    public init() {}

    public var isEmpty: Bool { delivered.isEmpty && failed.isEmpty }

    /// Forgets the reports and keeps the room.
    public mutating func removeAll() {
        delivered.removeAll(keepingCapacity: true)
        failed.removeAll()
        bytes = 0
    }
}

/// A producer for one thread that has other things to wait for too.
///
/// It neither suspends nor blocks: `enqueue` copies the bytes into librdkafka's queue, `poll`
/// hands over the delivery reports that are there, and `readable` is a file descriptor that
/// wakes a `poll(2)` when reports come. Closing it throws away what is not delivered, so that
/// its owner can begin again from what it knows to be delivered.
public struct DirectProducer: ~Copyable {
    /// A topic to publish to, looked up once.
    public struct Topic: Sendable {
        fileprivate nonisolated(unsafe) let handle: OpaquePointer  // rd_kafka_topic_t: thread-safe
    }

    private let client: Client
    private let queue: OpaquePointer
    private let wakeUp: (read: Int32, write: Int32)
    private var topics: [String: Topic] = [:]
    private var arguments: [rd_kafka_vu_t] = []

    /// Starts a client; no broker need be there. Throws `.invalidConfiguration`.
    public init(_ configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        let wakeUp = try Self.makePipe()
        let client: Client
        do throws(KafkaError) {
            client = try Client(
                RD_KAFKA_PRODUCER, configuration.forProducer,
                context: ClientContext(logger: logger)
            ) { rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_DR) }
        } catch {
            close(wakeUp.read)
            close(wakeUp.write)
            throw error
        }
        self.client = client
        self.wakeUp = wakeUp
        queue = rd_kafka_queue_get_main(client.handle)
        var signal: UInt8 = 1
        rd_kafka_queue_io_event_enable(queue, wakeUp.write, &signal, 1)
    }

    private static func makePipe() throws(KafkaError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw KafkaError(.other, "no pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        return (ends[0], ends[1])
    }

    deinit {
        rd_kafka_queue_io_event_enable(queue, -1, nil, 0)
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        for topic in topics.values { rd_kafka_topic_destroy(topic.handle) }
        rd_kafka_queue_destroy(queue)
        // On a thread of its own, because the owner has a replacement to go on with.
        startThread { [client, wakeUp] in
            client.destroy()
            close(wakeUp.read)
            close(wakeUp.write)
        }
    }

    /// Becomes readable when delivery reports are there; `poll` empties it.
    public var readable: Int32 { wakeUp.read }

    /// Messages that are queued or in flight, and reports not yet handed over.
    public var outstanding: Int { Int(rd_kafka_outq_len(client.handle)) }

    /// The error after which this producer is of no more use, if there was one.
    public var fatalError: KafkaError? { client.fatalError }

    /// The topic of that name, which need not exist yet. Throws `.other` for an impossible name.
    public mutating func topic(_ name: String) throws(KafkaError) -> Topic {
        if let topic = topics[name] { return topic }
        guard let handle = rd_kafka_topic_new(client.handle, name, nil) else {
            throw KafkaError(rd_kafka_last_error())
        }
        let topic = Topic(handle: handle)
        topics[name] = topic
        return topic
    }

    /// Queues one record, whose bytes are copied; `token` comes back with its delivery report.
    ///
    /// Returns `false` when the queue is full: poll and try again. Throws `.messageTooLarge`,
    /// `.fatal`, or what else librdkafka says at once.
    public mutating func enqueue(
        _ topic: Topic, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
        headers: borrowing RecordHeaders, token: UInt
    ) throws(KafkaError) -> Bool {
        arguments.removeAll(keepingCapacity: true)
        arguments.append(.topic(topic.handle))
        arguments.append(.copied)
        arguments.append(.key(key))
        arguments.append(.value(value))
        arguments.append(.opaque(UnsafeMutableRawPointer(bitPattern: token)))
        guard let failure = headers.produce(&arguments, with: client.handle) else { return true }
        defer { rd_kafka_error_destroy(failure) }
        let error = rd_kafka_error_code(failure)
        if error == RD_KAFKA_RESP_ERR__QUEUE_FULL { return false }
        throw KafkaError(error, String(cString: rd_kafka_error_string(failure)))
    }

    /// Appends the delivery reports that are there to `reports`, waiting at most `milliseconds`
    /// for the first.
    public func poll(milliseconds: Int32 = 0, into reports: inout DeliveryReports) {
        drainWakeUps()
        var patience = milliseconds
        while let event = rd_kafka_queue_poll(queue, patience) {
            defer { rd_kafka_event_destroy(event) }
            patience = 0
            while let message = rd_kafka_event_message_next(event) {
                let token = UInt(bitPattern: message.pointee._private)
                let error = message.pointee.err
                reports.bytes += message.pointee.len + message.pointee.key_len
                guard error != RD_KAFKA_RESP_ERR_NO_ERROR else {
                    reports.delivered.append(token)
                    continue
                }
                reports.failed.append(
                    .init(
                        token: token, error: KafkaError(error),
                        topic: String(cString: rd_kafka_topic_name(message.pointee.rkt)),
                        headers: recordHeaders(of: message)))
            }
        }
    }

    /// Empties the pipe first and the queue afterwards: a report that comes in between leaves
    /// its byte behind, so none is slept over.
    private func drainWakeUps() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while read(wakeUp.read, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
