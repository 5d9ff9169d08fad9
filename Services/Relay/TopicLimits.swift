import Kafka
import Logging

/// How large a batch of records topics take (`max.message.bytes`), where that is less than the
/// producer sends.
///
/// What a broker refuses it refuses late, when others of the same key may be on their way behind it,
/// and with all that is in the batch beside it. So what a topic will not take is not sent, and
/// batches are kept to what the smallest takes.
struct TopicLimits {
    /// What librdkafka sends if it is not told otherwise.
    private static let defaults = (message: 1_000_000, batch: 1_000_000)
    /// A batch may be larger than its record by so much.
    private static let framing = 100
    private static let silence = Duration.seconds(60)

    private let admin: TopicAdmin
    private let logger: Logger
    /// `message.max.bytes`.
    private let message: Int
    /// `batch.size`.
    private let configuredBatch: Int
    /// Compressed, a record may fit that seems not to.
    private let isCompressed: Bool
    /// Of the topics that were asked for: `nil` where there is nothing to heed.
    private var limits: [String: Int?] = [:]
    /// How large a batch may be, whichever of the topics it is of, if that is less than is configured.
    private(set) var batch: Int?
    /// A cluster that does not answer is not asked again for each topic.
    private var silentUntil = ContinuousClock.now

    init(_ settings: [String: String], _ admin: TopicAdmin, logger: Logger) {
        func number(_ name: String) -> Int? { settings[name].flatMap { Int($0) } }
        self.admin = admin
        self.logger = logger
        message = number("message.max.bytes") ?? Self.defaults.message
        configuredBatch = number("batch.size") ?? Self.defaults.batch
        let codec = settings["compression.type"] ?? settings["compression.codec"]
        isCompressed = codec.map { $0 != "none" } ?? false
    }

    /// How large a batch of one record of the topic may be, if that is to be heeded.
    func limit(of topic: String) -> Int? { isCompressed ? nil : limits[topic] ?? nil }

    /// Asks the cluster of the topics that it was not asked of yet. Blocks for at most three seconds.
    mutating func ask(of topics: some Sequence<String>) {
        let unknown = topics.filter { limits[$0] == nil }
        if unknown.isEmpty || .now < silentUntil { return }
        do throws(KafkaError) {
            let answers = try admin.largestBatchBlocking(of: unknown)
            for topic in unknown { take(answers[topic], of: topic) }
        } catch {
            silentUntil = .now + Self.silence
            logger.notice("topics' limits are unknown", metadata: ["error": "\(error)"])
        }
    }

    /// Asks again: an operator may have raised what was too low.
    mutating func askAgain(of topics: [String]) {
        limits = [:]
        batch = nil
        silentUntil = .now
        ask(of: topics)
    }

    private mutating func take(_ answer: Int?, of topic: String) {
        guard let answer, answer < max(message, configuredBatch) + Self.framing else {
            limits[topic] = .some(nil)
            return
        }
        limits[topic] = answer
        if answer < batch ?? configuredBatch { batch = max(1, answer) }
        logger.warning(
            "a topic takes less than is sent: what is larger is parked",
            metadata: [
                "topic": "\(topic)", "max.message.bytes": "\(answer)",
                "message.max.bytes": "\(message)",
            ])
    }
}
