import CKafka
public import Logging

/// Creates, deletes and lists topics, and tells their settings.
///
/// Each call has a client of its own: these are rare errands.
public struct TopicAdmin: Sendable {
    private let configuration: KafkaConfiguration
    private let logger: Logger
    /// How long a call may take before it throws `.timedOut`.
    public var timeout: Duration

    public init(
        _ configuration: KafkaConfiguration, logger: Logger, timeout: Duration = .seconds(10)
    ) {
        self.configuration = configuration
        self.logger = logger
        self.timeout = timeout
    }

    /// Creates the topics that are not there. An existing one is left as it is.
    ///
    /// `replication`: `nil` for the cluster's own default, which brokers have from 2.4 on.
    /// `settings`: of the topics, `retention.ms` for one, beside the cluster's defaults.
    public func createTopics(
        _ names: [String], partitions: Int, replication: Int? = 1, settings: [String: String] = [:]
    ) async throws(KafkaError) {
        try await onThread { () throws(KafkaError) in
            try createTopicsBlocking(
                names, partitions: partitions, replication: replication, settings: settings)
        }
    }

    /// Deletes the topics. One that is not there is fine.
    public func deleteTopics(_ names: [String]) async throws(KafkaError) {
        try await onThread { () throws(KafkaError) in try deleteTopicsBlocking(names) }
    }

    /// The topics that are there, with their number of partitions.
    public func topics() async throws(KafkaError) -> [String: Int] {
        try await onThread { () throws(KafkaError) in try topicsBlocking() }
    }

    /// `createTopics` for a caller that has a thread of its own to block.
    public func createTopicsBlocking(
        _ names: [String], partitions: Int, replication: Int? = 1, settings: [String: String] = [:]
    ) throws(KafkaError) {
        var reason = [CChar](repeating: 0, count: 512)
        var topics: [OpaquePointer?] = []
        defer { for topic in topics { rd_kafka_NewTopic_destroy(topic) } }
        for name in names {
            guard
                let topic = rd_kafka_NewTopic_new(
                    name, Int32(partitions), Int32(replication ?? -1), &reason, reason.count)
            else { throw KafkaError(.invalidConfiguration, text(reason)) }
            topics.append(topic)
            for (setting, value) in settings { rd_kafka_NewTopic_set_config(topic, setting, value) }
        }
        try perform(RD_KAFKA_ADMIN_OP_CREATETOPICS, allowing: .topicExists) {
            client, options, queue in
            rd_kafka_CreateTopics(client, &topics, topics.count, options, queue)
        } results: { event, count in
            rd_kafka_CreateTopics_result_topics(event, &count)
        }
    }

    private func deleteTopicsBlocking(_ names: [String]) throws(KafkaError) {
        var topics: [OpaquePointer?] = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { for topic in topics { rd_kafka_DeleteTopic_destroy(topic) } }
        try perform(RD_KAFKA_ADMIN_OP_DELETETOPICS, allowing: .unknownTopic) {
            client, options, queue in
            rd_kafka_DeleteTopics(client, &topics, topics.count, options, queue)
        } results: { event, count in
            rd_kafka_DeleteTopics_result_topics(event, &count)
        }
    }

    /// `topics` for a caller that has a thread of its own to block.
    public func topicsBlocking() throws(KafkaError) -> [String: Int] {
        let client = try makeClient()
        defer { client.destroy() }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let error = rd_kafka_metadata(client.handle, 1, nil, &metadata, milliseconds)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw KafkaError(error) }
        defer { rd_kafka_metadata_destroy(metadata) }
        var topics: [String: Int] = [:]
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let topic = metadata.pointee.topics[index]
            topics[String(cString: topic.topic)] = Int(topic.partition_cnt)
        }
        return topics
    }

    private var milliseconds: Int32 { Self.milliseconds(timeout) }

    private static func milliseconds(_ time: Duration) -> Int32 {
        Int32(clamping: Int64(time / .milliseconds(1)))
    }

    /// How long an answer is waited for beyond the request's own time, at which it is due.
    private static let margin: Int32 = 5000

    private func makeClient() throws(KafkaError) -> Client {
        try Client(
            RD_KAFKA_PRODUCER, configuration.forAdmin, context: ClientContext(logger: logger))
    }

    /// Sends one admin request and looks at the outcome for each topic.
    private func perform(
        _ operation: rd_kafka_admin_op_t, allowing harmless: KafkaError.Code,
        _ request: (OpaquePointer, OpaquePointer?, OpaquePointer?) -> Void,
        results: (OpaquePointer, inout Int) -> UnsafeMutablePointer<OpaquePointer?>?
    ) throws(KafkaError) {
        try ask(operation, request) { event throws(KafkaError) in
            var count = 0
            guard let topics = results(event, &count) else { return }
            for index in 0..<count {
                let error = rd_kafka_topic_result_error(topics[index])
                if error == RD_KAFKA_RESP_ERR_NO_ERROR { continue }
                let failure = KafkaError(
                    error,
                    rd_kafka_topic_result_error_string(topics[index]).map { String(cString: $0) })
                if failure.code != harmless { throw failure }
            }
        }
    }

    /// Sends one admin request, once a broker is there, and has its answer read.
    ///
    /// A request that ran out of time has an answer too, so that none is under way when the client is
    /// destroyed. All go to the controller: what ends the process (see `StuckGroup`) is what is asked
    /// of a group's coordinator.
    func ask<Value>(
        _ operation: rd_kafka_admin_op_t,
        _ request: (OpaquePointer, OpaquePointer?, OpaquePointer?) -> Void,
        reading read: (OpaquePointer) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        let client = try makeClient()
        defer { client.destroy() }
        let deadline = ContinuousClock.now + timeout
        try client.findBroker(within: milliseconds)
        let left = max(1, Self.milliseconds(deadline - .now))
        let queue = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        let options = rd_kafka_AdminOptions_new(client.handle, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, left, nil, 0)
        // The cluster answers once every broker knows of the change.
        rd_kafka_AdminOptions_set_operation_timeout(options, left, nil, 0)
        request(client.handle, options, queue)
        guard let event = rd_kafka_queue_poll(queue, left + Self.margin) else {
            throw KafkaError(.timedOut, "no answer from the cluster")
        }
        defer { rd_kafka_event_destroy(event) }
        let error = rd_kafka_event_error(event)
        if error != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(error, String(cString: rd_kafka_event_error_string(event)))
        }
        return try read(event)
    }

    func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        let result: Result<Value, KafkaError> = await withCheckedContinuation { continuation in
            startThread {
                let result: Result<Value, KafkaError>
                do throws(KafkaError) {
                    result = .success(try body())
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
