import Kafka
import Logging

/// How large a batch of records topics take (`max.message.bytes`), where that is less than the
/// producer sends.
///
/// What a broker refuses it refuses late, when others of the same key may be on their way behind it,
/// and with all that is in the batch beside it. So what a topic will not take is not sent, and
/// batches are kept to what the smallest takes. Lives as long as its source, which tells of each
/// limit once; of what the cluster does not tell, the broker has to refuse.
final class TopicLimits {
    /// What librdkafka sends if it is not told otherwise.
    private static let defaults = (message: 1_000_000, batch: 1_000_000)
    /// A batch may be larger than its record by so much.
    private static let framing = 100
    /// A cluster that does not answer is not asked for each topic anew, unless there is a reason.
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
    private var silentUntil = ContinuousClock.now
    /// What the log has: limits, and topics of which none is known.
    private var told: [String: Int] = [:]
    private var toldUnknown: Set<String> = []

    init(_ kafka: KafkaConfiguration, logger: Logger) {
        func number(_ name: String) -> Int? { kafka.settings[name].flatMap { Int($0) } }
        admin = TopicAdmin(kafka, logger: logger, timeout: .seconds(2))
        self.logger = logger
        message = number("message.max.bytes") ?? Self.defaults.message
        configuredBatch = number("batch.size") ?? Self.defaults.batch
        let codec = kafka.settings["compression.type"] ?? kafka.settings["compression.codec"]
        isCompressed = codec.map { $0 != "none" } ?? false
    }

    /// How large a batch of one record of the topic may be, if that is to be heeded.
    func limit(of topic: String) -> Int? { isCompressed ? nil : limits[topic] ?? nil }

    /// Asks for these topics, and again for those that are known: an operator may have changed what
    /// they take. What is known remains where the cluster does not answer. Blocks for two seconds
    /// then.
    func renew(_ topics: some Collection<String> = []) {
        let topics = limits.keys.reduce(into: Set(topics)) { $0.insert($1) }
        guard let answers = ask(of: topics) else { return }
        limits = [:]
        batch = nil
        for (topic, answer) in answers { take(answer, of: topic) }
    }

    /// Asks for a topic that was not asked for yet. Blocks as `renew` does.
    func learn(_ topic: String) {
        guard limits[topic] == nil, .now >= silentUntil else { return }
        guard let answers = ask(of: [topic]) else { return }
        for (topic, answer) in answers { take(answer, of: topic) }
    }

    /// `nil` if there is no answer.
    private func ask(of topics: Set<String>) -> [String: Int]? {
        if topics.isEmpty { return nil }
        do throws(KafkaError) {
            let answers = try admin.largestBatchBlocking(of: Array(topics))
            tellUnknown(topics.filter { answers[$0] == nil }, "the cluster does not say")
            return answers
        } catch {
            silentUntil = .now + Self.silence
            tellUnknown(topics.filter { limits[$0] == nil }, "\(error)")
            return nil
        }
    }

    private func take(_ answer: Int, of topic: String) {
        toldUnknown.remove(topic)
        guard answer < max(message, configuredBatch) + Self.framing else {
            limits[topic] = .some(nil)
            told[topic] = nil
            return
        }
        limits[topic] = answer
        if answer < batch ?? configuredBatch { batch = max(1, answer) }
        guard told.updateValue(answer, forKey: topic) != answer else { return }
        logger.warning(
            "a topic takes less than is sent: what is larger is parked",
            metadata: [
                "topic": "\(topic)", "max.message.bytes": "\(answer)",
                "message.max.bytes": "\(message)",
            ])
    }

    private func tellUnknown(_ topics: Set<String>, _ reason: String) {
        for topic in topics { told[topic] = nil }
        let news = topics.subtracting(toldUnknown).sorted()
        if news.isEmpty { return }
        toldUnknown.formUnion(news)
        logger.notice(
            "max.message.bytes is unknown: what is too large, the broker refuses",
            metadata: ["topics": "\(news.joined(separator: " "))", "reason": "\(reason)"])
    }
}
