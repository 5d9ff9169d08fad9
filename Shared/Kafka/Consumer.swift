public import Logging

/// Reads topics as a member of a consumer group, in batches.
///
/// Offsets are committed only after `store`: call it when the work of the messages is durable.
/// Partitions come and go with the group; work that was read under an assignment which has
/// ended since is never stored, because somebody else may be doing it again by then.
///
/// The group's assignment changes only inside `nextBatch`. Call it at least every
/// `max.poll.interval.ms` (five minutes), or the group goes on without this member.
public final class Consumer: Sendable {
    private let core: ConsumerCore

    /// Joins the group in the background; no broker, nor the topics, need be there yet.
    /// Throws `.invalidConfiguration`.
    public init(
        _ configuration: KafkaConfiguration, group: String, topics: [String], logger: Logger
    ) throws(KafkaError) {
        core = try ConsumerCore(configuration, group: group, topics: topics, logger: logger)
        core.start()
    }

    deinit { core.submit(.close(nil)) }

    /// What has arrived: waits at most `within` for the first message, and for no further one.
    ///
    /// Empty when nothing came, and when the task is cancelled meanwhile. Messages that were
    /// returned are not returned again before a rebalance, a `seek` or a restart.
    /// Throws `.closed`, or `.fatal` after which only a new consumer helps.
    public func nextBatch(
        max: Int, within: Duration
    ) async throws(KafkaError) -> [ConsumedMessage] {
        let request = BatchRequest(max: max, deadline: ContinuousClock.now + within)
        let result: Result<[ConsumedMessage], KafkaError> = await withTaskCancellationHandler {
            await withCheckedContinuation { core.submit(.batch(request, $0)) }
        } onCancel: {
            core.cancel(request)
        }
        return try result.get()
    }

    /// Remembers that these messages, and all before them in their partitions, are done; the
    /// offsets are committed within `auto.commit.interval.ms`, on revocation and on `close`.
    ///
    /// Messages of an assignment that has ended are passed over.
    public func store(_ messages: some Sequence<ConsumedMessage>) { core.store(messages) }

    /// Stops fetching a partition until `resume`, or until it is assigned anew.
    /// Throws `.notAssigned`, `.closed`.
    public func pause(_ topic: String, _ partition: Int32) throws(KafkaError) {
        try core.setPaused(true, topic, partition)
    }

    /// Fetches a paused partition again. Throws `.notAssigned`, `.closed`.
    public func resume(_ topic: String, _ partition: Int32) throws(KafkaError) {
        try core.setPaused(false, topic, partition)
    }

    /// Continues a partition at `offset`. Throws `.notAssigned`, `.timedOut`, `.closed`.
    public func seek(
        _ topic: String, _ partition: Int32, to offset: Int64
    ) async throws(KafkaError) {
        let place = TopicPartition(topic: topic, partition: partition)
        let result: Result<Void, KafkaError> = await withCheckedContinuation {
            core.submit(.seek(place, offset, $0))
        }
        try result.get()
    }

    /// The partitions that are this consumer's at the moment.
    public var assignment: [(topic: String, partition: Int32)] { core.assignment }

    /// Commits what is stored, leaves the group and ends the client; while no broker answers, it
    /// gives up after about `session.timeout.ms`.
    public func close() async { await withCheckedContinuation { core.submit(.close($0)) } }
}
