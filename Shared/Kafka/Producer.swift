import CKafka
public import Logging
import Synchronization

/// Publishes batches of records and waits until the cluster has them.
///
/// One thread a producer collects the delivery reports; one continuation a batch is resumed.
/// Idempotent and `acks=all` by default, so that a retry neither loses nor repeats a record.
public final class Producer: Sendable {
    private let core: ProducerCore

    /// Starts the client and its thread; no broker need be there yet.
    /// Throws `.invalidConfiguration`.
    public init(_ configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        core = try ProducerCore(configuration, logger: logger)
        core.start()
    }

    deinit { core.finish(resuming: nil) }

    /// Publishes the records in order and returns once all of them are acknowledged.
    ///
    /// Waits for room when the client's queue is full. Throws the first failure: some of the
    /// records may be in the log nevertheless, and with `.timedOut` even the failed one. After
    /// `.fatal` or `.purged` only a new producer helps.
    public func produce(_ records: [KafkaRecord]) async throws(KafkaError) {
        try core.enter()
        defer { core.leave() }
        let batch = DeliveryBatch(expecting: records.count)
        for (index, record) in records.enumerated() {
            do throws(KafkaError) {
                while !(try core.enqueue(record, batch)) { await core.roomOrTime() }
            } catch {
                // Neither this record nor those behind it will ever be reported.
                batch.fail(error, records: records.count - index)
                break
            }
        }
        if let error = await batch.outcome() { throw error }
    }

    /// Waits until everything is delivered, at most 5 s, and ends the client.
    public func close() async {
        await withCheckedContinuation { core.finish(resuming: $0) }
    }
}

/// One call of `produce`: counts its delivery reports down.
final class DeliveryBatch: Sendable {
    private struct State {
        var missing: Int
        var failure: KafkaError?
        var waiter: CheckedContinuation<KafkaError?, Never>?
    }

    private let state: Mutex<State>

    init(expecting count: Int) { state = Mutex(State(missing: count)) }

    func delivered(_ error: KafkaError?) { settle(error, records: 1) }

    func fail(_ error: KafkaError, records: Int) { settle(error, records: records) }

    private func settle(_ error: KafkaError?, records: Int) {
        let (waiter, failure) = state.withLock { state in
            state.missing -= records
            if state.failure == nil { state.failure = error }
            guard state.missing == 0 else {
                return (nil as CheckedContinuation<KafkaError?, Never>?, nil as KafkaError?)
            }
            defer { state.waiter = nil }
            return (state.waiter, state.failure)
        }
        waiter?.resume(returning: failure)
    }

    /// Waits for the last report; the first failure, if there was one.
    func outcome() async -> KafkaError? {
        await withCheckedContinuation { continuation in
            let done: KafkaError?? = state.withLock { state in
                if state.missing == 0 { return .some(state.failure) }
                state.waiter = continuation
                return nil
            }
            if let done { continuation.resume(returning: done) }
        }
    }
}

/// The part of a producer that its thread shares with its callers.
///
/// `@unchecked Sendable` for the queue's pointer: `rd_kafka_queue_t` is thread-safe, and is
/// destroyed by the thread after the last caller has left.
final class ProducerCore: @unchecked Sendable {
    private struct State {
        var closing = false
        var callers = 0
        var waitingForRoom: [CheckedContinuation<Void, Never>] = []
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var ended = false
    }

    private let client: Client
    private let queue: OpaquePointer
    private let state = Mutex(State())

    init(_ configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        client = try Client(
            RD_KAFKA_PRODUCER, configuration.forProducer, context: ClientContext(logger: logger)
        ) { rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_DR) }
        queue = rd_kafka_queue_get_main(client.handle)
    }

    func start() { startThread { self.run() } }

    /// Announces a caller, so that the client is not destroyed under it. Throws `.closed`.
    func enter() throws(KafkaError) {
        let entered = state.withLock { state in
            if !state.closing { state.callers += 1 }
            return !state.closing
        }
        if !entered { throw KafkaError(.closed, "the producer is closed") }
        if let error = client.fatalError {
            leave()
            throw error
        }
    }

    func leave() { state.withLock { $0.callers -= 1 } }

    /// Queues one record for `batch`; `false` when the queue is full.
    func enqueue(_ record: KafkaRecord, _ batch: DeliveryBatch) throws(KafkaError) -> Bool {
        var headers = RecordHeaders()
        for (name, value) in record.headers {
            value.withUnsafeBytes { headers.append(name, $0) }
        }
        // Balanced by the delivery report, or below when there will be none.
        let token = Unmanaged.passRetained(batch)
        let failure = record.topic.withCString { topic in
            (record.key ?? []).withUnsafeBytes { key in
                record.value.withUnsafeBytes { value in
                    var arguments: [rd_kafka_vu_t] = [
                        .topic(named: topic), .copied, .value(value), .opaque(token.toOpaque()),
                    ]
                    if record.key != nil { arguments.append(.key(key)) }
                    return headers.produce(&arguments, with: client.handle)
                }
            }
        }
        guard let failure else { return true }
        token.release()
        defer { rd_kafka_error_destroy(failure) }
        let error = rd_kafka_error_code(failure)
        if error == RD_KAFKA_RESP_ERR__QUEUE_FULL { return false }
        throw KafkaError(error, String(cString: rd_kafka_error_string(failure)))
    }

    /// Waits for the next delivery report; at most one turn of the thread, should none come.
    func roomOrTime() async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waitingForRoom.append(continuation) }
        }
    }

    /// Tells the thread to end when all is delivered.
    func finish(resuming waiter: CheckedContinuation<Void, Never>?) {
        let already = state.withLock { state in
            state.closing = true
            if let waiter, !state.ended { state.waitingForEnd.append(waiter) }
            return state.ended
        }
        if already { waiter?.resume() }
    }

    private func run() {
        while !state.withLock({ $0.closing }) {
            turn(milliseconds: 100)
            // Whoever waits for a delivery hears at once that there will be none.
            if client.fatalError != nil { purge() }
        }
        let deadline = ContinuousClock.now + .seconds(5)
        while rd_kafka_outq_len(client.handle) > 0, ContinuousClock.now < deadline {
            turn(milliseconds: 10)
        }
        purge()
        while rd_kafka_outq_len(client.handle) > 0 || state.withLock({ $0.callers > 0 }) {
            turn(milliseconds: 10)
        }
        rd_kafka_queue_destroy(queue)
        let waiters = state.withLock { state in
            state.ended = true
            return state.waitingForEnd
        }
        for waiter in waiters { waiter.resume() }
        client.destroy()
    }

    private func purge() {
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    private func turn(milliseconds: Int32) {
        if let event = rd_kafka_queue_poll(queue, milliseconds) {
            defer { rd_kafka_event_destroy(event) }
            while let message = rd_kafka_event_message_next(event) {
                guard let token = message.pointee._private else { continue }
                let batch = Unmanaged<DeliveryBatch>.fromOpaque(token).takeRetainedValue()
                let error = message.pointee.err
                batch.delivered(error == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(error))
            }
        }
        let waiters = state.withLock { state in
            defer { state.waitingForRoom.removeAll() }
            return state.waitingForRoom
        }
        for waiter in waiters { waiter.resume() }
    }
}
