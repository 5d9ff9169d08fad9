import CKafka
import Dispatch
import Logging
import Synchronization

/// What a caller waits for in `nextBatch`.
final class BatchRequest: Sendable {
    let max: Int
    let deadline: ContinuousClock.Instant
    let cancelled = Atomic(false)

    init(max: Int, deadline: ContinuousClock.Instant) {
        self.max = Swift.max(1, max)
        self.deadline = deadline
    }
}

/// What the consumer's thread is asked to do, in order.
enum ConsumerJob {
    case batch(BatchRequest, CheckedContinuation<Result<[ConsumedMessage], KafkaError>, Never>)
    case seek(TopicPartition, Int64, CheckedContinuation<Result<Void, KafkaError>, Never>)
    case close(CheckedContinuation<Void, Never>?)
}

/// The part of a consumer that its thread shares with its callers.
///
/// `@unchecked Sendable` for the queue's pointer: `rd_kafka_queue_t` is thread-safe. Client and
/// queue are used by callers only under the lock and before `closed`, which the thread sets
/// before it destroys them.
final class ConsumerCore: @unchecked Sendable {
    private struct State {
        var jobs: [ConsumerJob] = []
        var closed = false
    }

    private let client: Client
    private let queue: OpaquePointer
    private let assignments: Assignments
    private let stuckGroup: StuckGroup?
    private let logger: Logger
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    init(
        _ configuration: KafkaConfiguration, group: String, topics: [String], logger: Logger
    ) throws(KafkaError) {
        let settings = configuration.forConsumer(group: group)
        let stuckGroup =
            configuration.endsStuckGroups ? StuckGroup(settings, logger: logger) : nil
        let assignments = Assignments(stuckGroup, logger: logger)
        client = try Client(
            RD_KAFKA_CONSUMER, settings, context: assignments, Assignments.listen)
        self.stuckGroup = stuckGroup
        self.assignments = assignments
        self.logger = logger
        // Errors and log lines come by the same queue as messages: one place to block in.
        rd_kafka_poll_set_consumer(client.handle)
        queue = rd_kafka_queue_get_consumer(client.handle)
        let subscription: UnsafeMutablePointer<rd_kafka_topic_partition_list_t> =
            rd_kafka_topic_partition_list_new(Int32(topics.count))
        defer { rd_kafka_topic_partition_list_destroy(subscription) }
        for topic in topics { rd_kafka_topic_partition_list_add(subscription, topic, -1) }
        let error = rd_kafka_subscribe(client.handle, subscription)
        if error != RD_KAFKA_RESP_ERR_NO_ERROR {
            rd_kafka_queue_destroy(queue)
            client.destroy()
            throw KafkaError(error)
        }
    }

    func start() { startThread { self.run() } }

    var assignment: [(topic: String, partition: Int32)] { assignments.current }

    func submit(_ job: ConsumerJob) {
        let accepted = state.withLock { state in
            if !state.closed { state.jobs.append(job) }
            return !state.closed
        }
        if accepted { work.signal() } else { Self.refuse(job) }
    }

    /// Makes the thread look up from its poll.
    func cancel(_ request: BatchRequest) {
        request.cancelled.store(true, ordering: .releasing)
        state.withLock { if !$0.closed { rd_kafka_queue_yield(queue) } }
    }

    func store(_ messages: some Sequence<ConsumedMessage>) {
        state.withLock { state in
            if !state.closed { assignments.store(messages, client.handle) }
        }
    }

    func setPaused(
        _ paused: Bool, _ topic: String, _ partition: Int32
    ) throws(KafkaError) {
        let error = state.withLock { state in
            if state.closed { return RD_KAFKA_RESP_ERR__DESTROY }
            return withPartition(topic, partition) { list in
                let change = paused ? rd_kafka_pause_partitions : rd_kafka_resume_partitions
                let error = change(client.handle, list)
                return error == RD_KAFKA_RESP_ERR_NO_ERROR ? list.pointee.elems[0].err : error
            }
        }
        switch error {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            throw KafkaError(.notAssigned, "\(topic)/\(partition) is not assigned")
        default: throw KafkaError(error)
        }
    }

    private func run() {
        while true {
            work.wait()
            guard let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() })
            else { continue }
            switch job {
            case .batch(let request, let waiter): waiter.resume(returning: collect(request))
            case .seek(let place, let offset, let waiter):
                waiter.resume(returning: seek(place, offset))
            case .close(let waiter):
                close()
                waiter?.resume()
                client.destroy()
                return
            }
        }
    }

    private func collect(_ request: BatchRequest) -> Result<[ConsumedMessage], KafkaError> {
        var batch: [ConsumedMessage] = []
        let before = assignments.generation
        stuckGroup?.endIfStuck(client)
        while batch.count < request.max, !request.cancelled.load(ordering: .acquiring) {
            let patience = batch.isEmpty ? milliseconds(until: request.deadline) : 0
            guard let message = rd_kafka_consumer_poll(client.handle, patience) else {
                if !batch.isEmpty || patience == 0 { break }
                continue
            }
            defer { rd_kafka_message_destroy(message) }
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                if let consumed = assignments.receive(message) { batch.append(consumed) }
            } else if let error = client.fatalError {
                return .failure(error)
            } else {
                assignments.report(message)
            }
        }
        // A partition may have been revoked between two messages: its new owner has those.
        if assignments.generation != before { batch.removeAll { !assignments.isCurrent($0) } }
        return .success(batch)
    }

    /// How long to wait, rounded up: a poll that returns a moment too early would spin.
    private func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func seek(_ place: TopicPartition, _ offset: Int64) -> Result<Void, KafkaError> {
        guard assignments.isAssigned(place) else {
            return .failure(
                KafkaError(.notAssigned, "\(place.topic)/\(place.partition) is not assigned"))
        }
        let error = withPartition(place.topic, place.partition) { list in
            list.pointee.elems[0].offset = offset
            if let failure = rd_kafka_seek_partitions(client.handle, list, 5000) {
                defer { rd_kafka_error_destroy(failure) }
                return rd_kafka_error_code(failure)
            }
            return list.pointee.elems[0].err
        }
        return error == RD_KAFKA_RESP_ERR_NO_ERROR ? .success(()) : .failure(KafkaError(error))
    }

    private func close() {
        let abandoned = state.withLock { state in
            state.closed = true
            defer { state.jobs.removeAll() }
            return state.jobs
        }
        for job in abandoned { Self.refuse(job) }
        let error = rd_kafka_consumer_close(client.handle)
        if error != RD_KAFKA_RESP_ERR_NO_ERROR {
            logger.warning("kafka: consumer closed uncleanly: \(KafkaError(error))")
        }
        rd_kafka_queue_destroy(queue)
    }

    private static func refuse(_ job: ConsumerJob) {
        let closed = KafkaError(.closed, "the consumer is closed")
        switch job {
        case .batch(_, let waiter): waiter.resume(returning: .failure(closed))
        case .seek(_, _, let waiter): waiter.resume(returning: .failure(closed))
        case .close(let waiter): waiter?.resume()
        }
    }
}

/// Calls `body` with a list of this one partition.
func withPartition<Value>(
    _ topic: String, _ partition: Int32,
    _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Value
) -> Value {
    let list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t> =
        rd_kafka_topic_partition_list_new(1)
    defer { rd_kafka_topic_partition_list_destroy(list) }
    rd_kafka_topic_partition_list_add(list, topic, partition)
    return body(list)
}
