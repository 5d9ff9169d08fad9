import Contracts
import Kafka
import Logging
import Postgres

/// One database's outbox on its way to Kafka: a loop of its own, on a thread of its own, that
/// ends only with the process.
///
/// Whatever fails, on whichever side, ends the session. The next one begins where the slot was
/// last confirmed, so nothing is lost, and what was sent but not confirmed is sent again.
struct Source: Sendable {
    /// How often a standby looks whether the slot is free.
    private static let standbyInterval = Duration.milliseconds(500)

    let name: String
    let url: String
    let table: OutboxTable
    let start: Rebuild.Start
    let kafka: KafkaConfiguration
    /// Made if they are missing, before anything is published.
    let topics: [String]
    let topicShape: TopicMaker.Shape
    let gathering: Duration
    let metrics: SourceMetrics
    let logger: Logger

    /// Slots belong to the cluster and not to the database, so their names must differ.
    static func slot(of source: String) -> String { "farthing_relay_\(source)" }

    var slot: String { Self.slot(of: name) }

    init(
        name: String, url: String, table: OutboxTable = .farthing,
        start: Rebuild.Start = .beginning, kafka: KafkaConfiguration,
        topics: [String] = Topic.allCases.map(\.rawValue),
        topicShape: TopicMaker.Shape = .init(), gathering: Duration = .milliseconds(10),
        logger: Logger
    ) {
        self.name = name
        self.url = url
        self.table = table
        self.start = start
        self.kafka = kafka
        self.topics = topics
        self.topicShape = topicShape
        self.gathering = gathering
        self.metrics = SourceMetrics(source: name)
        var logger = logger
        logger[metadataKey: "source"] = "\(name)"
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    func run() async { await onThread("relay.\(name)") { run($0) } }

    private enum Outcome {
        case standby
        case stopped
    }

    /// What one session leaves for the next.
    private struct Memory {
        var topics: Set<String>
        let limits: TopicLimits
        var suspicion = Suspicion()
    }

    private func run(_ stop: StopFlag) {
        var memory = Memory(
            topics: Set(topics), limits: TopicLimits(kafka, logger: logger))
        var backoff = Duration.milliseconds(100)
        while !stop.isSet {
            let began = ContinuousClock.now
            do {
                if try session(&memory, stop) == .standby {
                    metrics.set(.standby)
                    backoff = .milliseconds(100)
                    stop.pause(Self.standbyInterval)
                }
            } catch is CancellationError {
                return
            } catch {
                metrics.failed("\(error)")
                logger.warning("session ended, beginning again", metadata: ["error": "\(error)"])
                if .now - began > .seconds(10) { backoff = .milliseconds(100) }
                stop.pause(backoff)
                backoff = min(backoff * 2, .seconds(2))
            }
        }
    }

    /// From the connection to its end. Throws `PostgresError`, `KafkaError`, `RelayError`.
    private func session(_ memory: inout Memory, _ stop: StopFlag) throws -> Outcome {
        let publication = try followedPublication()
        try check()
        let stream = try ReplicationStream(url: url, applicationName: "farthing-relay")
        let status = try stream.slot(slot)
        if let status, status.isActive { return .standby }

        try TopicMaker(kafka: kafka, shape: topicShape, logger: logger).make(memory.topics)
        memory.limits.renew(memory.topics)
        let lot = try ParkingLot(url: url, slot: slot, metrics: metrics, logger: logger)
        var publisher = try Publisher(
            kafka, limits: memory.limits, metrics: metrics, lot: lot,
            suspicion: memory.suspicion, logger: logger)
        // A topic that is missing then is made when the next session begins.
        defer {
            memory.topics.formUnion(publisher.topics)
            memory.suspicion = publisher.suspicion
        }

        let isLost = status?.isLost ?? true
        if isLost {
            metrics.set(.rebuilding)
            let rebuild = Rebuild(
                name: name, url: url, slot: slot, table: table, publication: publication,
                start: start, stop: stop, logger: logger)
            guard try rebuild.run(&publisher) else { return .standby }
        }
        do throws(PostgresError) {
            try stream.start(slot: slot, publication: table.publication)
        } catch {
            if error.code == .objectInUse { return .standby }
            throw error
        }
        metrics.set(.active)
        logger.notice("relaying", metadata: ["slot": "\(slot)"])
        var gate = try CommitGate(url: url)
        var checkpoint = try Checkpoint(
            url: url, slot: slot, table: table, publication: publication, metrics: metrics)
        var pump = Pump(name: name, table: table, gathering: gathering, metrics: metrics)
        do {
            try pump.run(stream, &publisher, &gate, &checkpoint, stop)
        } catch {
            // The log begins where there was no such publication yet, and nothing told so.
            if (error as? PostgresError)?.code == .undefinedObject { try distrustSlot() }
            throw error
        }
        return .stopped
    }
}
