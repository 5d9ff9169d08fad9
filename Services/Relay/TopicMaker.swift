import Kafka
import Logging

/// Makes topics before anything is published to them.
struct TopicMaker {
    /// What a topic is made like.
    struct Shape: Equatable, Sendable {
        var partitions = 4
        /// How many brokers have it; `nil` for the cluster's own default.
        var replication: Int?
    }

    let kafka: KafkaConfiguration
    let shape: Shape
    let logger: Logger

    /// Makes those that are missing. One that cannot be made is none of the others' concern: its rows
    /// are parked. Throws `KafkaError` if no broker answers.
    func make(_ names: Set<String>) throws(KafkaError) {
        if names.isEmpty { return }
        let admin = TopicAdmin(kafka, logger: logger, timeout: .seconds(5))
        let present = try admin.topicsBlocking()
        let missing = names.filter { present[$0] == nil }.sorted()
        if missing.isEmpty { return }
        if (try? create(missing, admin)) != nil { return }
        for name in missing {
            do throws(KafkaError) {
                try create([name], admin)
            } catch {
                if error.code == .transport || error.code == .timedOut { throw error }
                logger.warning(
                    "topic not made", metadata: ["topic": "\(name)", "error": "\(error)"])
            }
        }
    }

    private func create(_ names: [String], _ admin: TopicAdmin) throws(KafkaError) {
        try admin.createTopicsBlocking(
            names, partitions: shape.partitions, replication: shape.replication)
    }
}
