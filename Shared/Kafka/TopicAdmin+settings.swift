import CKafka

extension TopicAdmin {
    /// How long a topic keeps its messages.
    public enum Retention: Equatable, Sendable {
        case milliseconds(Int64)
        case forever
    }

    /// How long topics keep their messages (`retention.ms`). One that the cluster says nothing of
    /// is not among the answers.
    public func retention(of names: [String]) async throws(KafkaError) -> [String: Retention] {
        try await onThread { () throws(KafkaError) in
            try setting("retention.ms", of: names).mapValues {
                $0 < 0 ? .forever : .milliseconds($0)
            }
        }
    }

    /// How large a batch of messages topics take (`max.message.bytes`), or else the brokers. One that
    /// the cluster says nothing of, or not to us, is not among the answers. For a caller that has a
    /// thread of its own to block.
    public func largestBatchBlocking(of names: [String]) throws(KafkaError) -> [String: Int] {
        try setting("max.message.bytes", of: names).mapValues { Int($0) }
    }

    private func setting(
        _ setting: String, of names: [String]
    ) throws(KafkaError) -> [String: Int64] {
        var resources: [OpaquePointer?] = names.map {
            rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0)
        }
        defer { for resource in resources { rd_kafka_ConfigResource_destroy(resource) } }
        return try ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) { client, options, queue in
            rd_kafka_DescribeConfigs(client, &resources, resources.count, options, queue)
        } reading: { event throws(KafkaError) in
            var values: [String: Int64] = [:]
            var count = 0
            guard let answers = rd_kafka_DescribeConfigs_result_resources(event, &count) else {
                return [:]
            }
            for index in 0..<count {
                guard let resource = answers[index],
                    rd_kafka_ConfigResource_error(resource) == RD_KAFKA_RESP_ERR_NO_ERROR,
                    let value = Self.value(of: setting, in: resource).flatMap({ Int64($0) })
                else { continue }
                values[String(cString: rd_kafka_ConfigResource_name(resource))] = value
            }
            return values
        }
    }

    private static func value(of setting: String, in resource: OpaquePointer) -> String? {
        var count = 0
        guard let entries = rd_kafka_ConfigResource_configs(resource, &count) else { return nil }
        for index in 0..<count
        where String(cString: rd_kafka_ConfigEntry_name(entries[index])) == setting {
            return rd_kafka_ConfigEntry_value(entries[index]).map { String(cString: $0) }
        }
        return nil
    }
}
