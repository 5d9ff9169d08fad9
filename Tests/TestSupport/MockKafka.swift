import CKafka

/// Librdkafka's own broker of this process, which refuses what it is told to refuse.
public final class MockKafka: @unchecked Sendable {
    // `@unchecked`: the cluster may be used from any thread, and the handles are constant.
    public enum Refusal: Sendable {
        case tooLarge, unauthorized

        fileprivate var code: rd_kafka_resp_err_t {
            switch self {
            case .tooLarge: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
            case .unauthorized: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            }
        }
    }

    struct NotStarted: Error {}

    private let client: OpaquePointer
    private let cluster: OpaquePointer

    /// `host:port` for clients.
    public let bootstrapServers: String

    /// Starts a cluster of one broker.
    public init() throws {
        let configuration: OpaquePointer = rd_kafka_conf_new()
        rd_kafka_conf_set(configuration, "log_level", "0", nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0),
            let cluster = rd_kafka_mock_cluster_new(client, 1)
        else { throw NotStarted() }
        self.client = client
        self.cluster = cluster
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    public func createTopic(_ name: String, partitions: Int32) {
        _ = rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    /// Says from now on that there is no such topic.
    public func deny(_ topic: String) {
        rd_kafka_mock_topic_set_error(cluster, topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    }

    /// What becomes of the next produce requests, one after the other; `nil` for success.
    public func answer(produce refusals: [Refusal?]) {
        let produce: Int16 = 0
        let codes = refusals.map { $0?.code ?? RD_KAFKA_RESP_ERR_NO_ERROR }
        rd_kafka_mock_push_request_errors_array(cluster, produce, codes.count, codes)
    }
}
