import Contracts
import FoundationEssentials
import Kafka
import Logging
import Metrics
import Outbox
import Postgres
import ServiceLifecycle

/// Takes batches of one topic through the database: each message has its effect once, or ends in
/// `dead_letters` (DESIGN §8).
struct BatchPipeline: Sendable {
    let topic: ConsumedTopic
    let database: Database
    let logger: Logger
    let watch: KeyWatch

    init(topic: ConsumedTopic, database: Database, logger: Logger) {
        self.topic = topic
        self.database = database
        self.logger = logger
        watch = KeyWatch(operation: topic.operation, logger: logger)
    }

    /// The process is to end before the batch went through; its offsets must not be stored.
    struct Stopped: Error {}

    /// What became of the messages of one transaction.
    private struct Tally: Sendable {
        var processed = 0
        var duplicate = 0
        var undecodable = 0
        var parked = 0
        /// What was received for the first time.
        var fresh: Set<UUID> = []
    }

    /// How often a message is tried alone before it is taken for poison: a race between two
    /// consumers may make it fail once.
    private static let attempts = 3

    /// Returns once every message is processed or set aside, however long that takes.
    func process(_ messages: [ConsumedMessage]) async throws(Stopped) {
        let start = ContinuousClock.now
        try await pass(messages.map(Received.init)[...])
        Timer(
            label: "consumer_batch_duration_seconds", dimensions: [("operation", topic.operation)]
        ).recordNanoseconds((ContinuousClock.now - start).microseconds * 1000)
    }

    /// One transaction, or, if it fails for one of the messages, each half in its turn.
    private func pass(_ part: ArraySlice<Received>) async throws(Stopped) {
        var backoff = Backoff()
        var failures = 0
        while true {
            do {
                return try await commit(part)
            } catch {
                let verdict = FailureVerdict(error)
                if part.count > 1, verdict != .passing {
                    logger.warning(
                        "batch failed, splitting it",
                        metadata: ["count": "\(part.count)", "error": "\(error)"])
                    let middle = part.startIndex + part.count / 2
                    try await pass(part[..<middle])
                    return try await pass(part[middle...])
                }
                if verdict == .poison { failures += 1 }
                if failures == Self.attempts, let only = part.first {
                    return try await condemn(only, error)
                }
                try await wait(&backoff, after: error)
            }
        }
    }

    private func commit(_ part: ArraySlice<Received>) async throws {
        let tally = try await database.transaction { tx in
            let tally = try process(part, in: tx)
            try Failpoint.hit("\(topic.operation).before-commit")
            return tally
        }
        count(tally)
        look(at: part, tally.fresh)
        topic.afterCommit?()
        // The commit stands: whatever is injected here may delay what follows, not repeat it.
        try? await Failpoint.reach("\(topic.operation).after-commit")
    }

    private func process(
        _ part: ArraySlice<Received>, in tx: borrowing Transaction
    ) throws -> Tally {
        var tally = Tally()
        var envelopes: [Envelope] = []
        envelopes.reserveCapacity(part.count)
        for received in part {
            switch received.envelope {
            case .success(let envelope): envelopes.append(envelope)
            case .failure(let fault):
                try DeadLetters.append(
                    received.message, .undecodable, reason: fault.reason, in: tx)
                tally.undecodable += 1
            }
        }
        guard !envelopes.isEmpty else { return tally }
        // First admitted, then asked for parked keys: who admits a message that its former owner is
        // just condemning waits for his commit, and only a look after it sees the key parked.
        var fresh = try Inbox.admit(envelopes, in: tx)
        tally.duplicate = envelopes.count - fresh.count
        tally.fresh = Set(fresh.map(\.id))
        guard !fresh.isEmpty else { return tally }
        let parked = try DeadLetters.parkedKeys(topic.topic, among: fresh, in: tx)
        if !parked.isEmpty {
            let waiting = Set(
                fresh.lazy.filter { parked.contains(ParkedKey.name(of: $0.key)) }.map(\.id))
            tally.parked = try park(part, waiting, in: tx)
            fresh.removeAll { waiting.contains($0.id) }
        }
        tally.processed = fresh.count
        if !fresh.isEmpty { try topic.handler(fresh, tx) }
        return tally
    }

    /// Sets messages aside whose keys wait, each once; tells how many.
    private func park(
        _ part: ArraySlice<Received>, _ waiting: Set<UUID>, in tx: borrowing Transaction
    ) throws -> Int {
        var rest = waiting
        for received in part {
            guard case .success(let envelope) = received.envelope,
                rest.remove(envelope.id) != nil
            else { continue }
            try DeadLetters.append(
                received.message, .parked, reason: "its key is parked", in: tx)
        }
        return waiting.count
    }

    private func condemn(_ received: Received, _ error: any Error) async throws(Stopped) {
        guard case .success(let envelope) = received.envelope else { return }
        logger.error(
            "message set aside, its key is parked",
            metadata: [
                "topic": "\(topic.topic)", "partition": "\(received.message.partition)",
                "offset": "\(received.message.offset)", "key": "\(envelope.key)",
                "type": "\(envelope.type)", "error": "\(error)",
            ])
        var backoff = Backoff()
        while true {
            do {
                let isFresh = try await database.transaction { tx in
                    try DeadLetters.condemn(
                        received.message, envelope, reason: "\(error)", in: tx)
                }
                look(at: [received], isFresh ? [envelope.id] : [])
                return count("poison", 1)
            } catch {
                try await wait(&backoff, after: error)
            }
        }
    }
}

extension BatchPipeline {
    /// Looks for gaps in what was received for the first time, once it is committed.
    private func look(at part: ArraySlice<Received>, _ fresh: Set<UUID>) {
        var fresh = fresh
        for received in part {
            guard let link = received.link, case .success(let envelope) = received.envelope
            else { continue }
            if fresh.remove(envelope.id) != nil {
                watch.saw(envelope, link, in: received.message)
            } else {
                watch.passed(envelope, link, in: received.message)
            }
        }
    }

    private func wait(
        _ backoff: inout Backoff, after error: any Error
    ) async throws(Stopped) {
        Counter(label: "consumer_retries_total", dimensions: [("operation", topic.operation)])
            .increment()
        let pause = backoff.next()
        logger.warning(
            "batch failed, trying again",
            metadata: ["pause_us": "\(pause.microseconds)", "error": "\(error)"])
        await Backoff.sleep(pause)
        if Task.isShuttingDownGracefully || Task.isCancelled { throw Stopped() }
    }

    private func count(_ tally: Tally) {
        count("processed", tally.processed)
        count("duplicate", tally.duplicate)
        count("undecodable", tally.undecodable)
        count("parked", tally.parked)
    }

    private func count(_ outcome: String, _ number: Int) {
        guard number > 0 else { return }
        Counter(
            label: "consumer_messages_total",
            dimensions: [("operation", topic.operation), ("outcome", outcome)]
        ).increment(by: number)
    }
}
