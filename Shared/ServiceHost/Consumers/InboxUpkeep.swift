import Kafka
import Logging
import Outbox
import Postgres
import ServiceLifecycle

/// Forgets what was received long ago, and sees to it that this is never sooner than the bus does
/// (DESIGN §8): a message that comes again after its inbox row is gone would be handled twice.
struct InboxUpkeep: Service {
    let topics: [String]
    let kafka: KafkaConfiguration
    let database: Database
    /// How long the inbox remembers.
    let retention: Duration
    /// What topics are taken to keep that the broker says nothing of.
    let assumed: Duration
    let logger: Logger

    private static let step = 5_000
    private static let interval = Duration.seconds(600)

    /// Asks the broker, as soon as it answers, how long it keeps the topics. Throws `HostError`,
    /// which ends the process, if that is as long as the inbox remembers, or longer.
    func run() async throws {
        let longest = await cancelWhenGracefulShutdown { await longestRetention() }
        guard let longest else { return await untilTheEnd() }
        guard case .milliseconds(let milliseconds) = longest else {
            logger.notice("a topic keeps its messages for ever: so does the inbox")
            return await untilTheEnd()
        }
        guard retention > .milliseconds(milliseconds) else {
            throw HostError(
                .configuration,
                "INBOX_RETENTION_HOURS must be more than the \(milliseconds / 3_600_000) hours for "
                    + "which Kafka keeps \(topics.joined(separator: ", "))")
        }
        await cancelWhenGracefulShutdown { await sweepAgainAndAgain() }
        await untilTheEnd()
    }

    /// `nil` if the process ends before the broker answers.
    private func longestRetention() async -> TopicAdmin.Retention? {
        var backoff = Backoff(first: .milliseconds(500))
        let admin = TopicAdmin(kafka, logger: logger, timeout: .seconds(5))
        while !Task.isCancelled {
            do {
                return longest(of: try await admin.retention(of: topics))
            } catch {
                logger.debug("topics' retention unknown", metadata: ["error": "\(error)"])
                await Backoff.sleep(backoff.next())
            }
        }
        return nil
    }

    /// The longest time, with what is assumed where nothing is known.
    func longest(of known: [String: TopicAdmin.Retention]) -> TopicAdmin.Retention {
        var longest: Int64 = 0
        for topic in topics {
            switch known[topic] {
            case .forever: return .forever
            case .milliseconds(let milliseconds): longest = max(longest, milliseconds)
            case nil:
                logger.notice(
                    "the broker does not say how long it keeps a topic",
                    metadata: ["topic": "\(topic)", "assumed": "\(assumed)"])
                longest = max(longest, assumed.components.seconds * 1000)
            }
        }
        return .milliseconds(longest)
    }

    private func sweepAgainAndAgain() async {
        while !Task.isCancelled {
            do {
                try await sweep()
            } catch {
                logger.warning("the inbox was not swept", metadata: ["error": "\(error)"])
            }
            await Backoff.sleep(Self.interval)
        }
    }

    /// Forgets all that is old enough, in steps that disturb nobody. Throws `PostgresError`.
    func sweep() async throws {
        var forgotten: Int
        repeat {
            forgotten = try await database.transaction { tx in
                try Inbox.forget(olderThan: retention, limit: Self.step, in: tx)
            }
        } while forgotten == Self.step
    }

    /// A service that returned would end its group.
    private func untilTheEnd() async {
        try? await gracefulShutdown()
    }
}
