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
    private static let publication = "farthing_outbox"
    private static let partitions = 4

    let name: String
    let url: String
    let kafka: KafkaConfiguration
    let metrics: SourceMetrics
    let logger: Logger

    /// Slots belong to the cluster and not to the database, so their names must differ.
    var slot: String { "farthing_relay_\(name)" }

    init(name: String, url: String, kafka: KafkaConfiguration, logger: Logger) {
        self.name = name
        self.url = url
        self.kafka = kafka
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

    private func run(_ stop: StopFlag) {
        var topics = Set(Topic.allCases.map(\.rawValue))
        var backoff = Duration.milliseconds(100)
        while !stop.isSet {
            let began = ContinuousClock.now
            do {
                if try session(&topics, stop) == .standby {
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
    private func session(_ topics: inout Set<String>, _ stop: StopFlag) throws -> Outcome {
        let stream = try ReplicationStream(url: url, applicationName: "farthing-relay")
        let status = try stream.slot(slot)
        if let status, status.isActive { return .standby }

        try TopicAdmin(kafka, logger: logger, timeout: .seconds(5))
            .createTopicsBlocking(topics.sorted(), partitions: Self.partitions)
        var publisher = try Publisher(kafka, metrics: metrics, logger: logger)
        // A topic that is missing then is made when the next session begins.
        defer { topics.formUnion(publisher.topics) }

        let isLost = status?.isLost ?? true
        if isLost {
            metrics.set(.rebuilding)
            let rebuild = Rebuild(
                name: name, url: url, slot: slot, stop: stop, logger: logger)
            guard try rebuild.run(&publisher) else { return .standby }
        }
        do throws(PostgresError) {
            try stream.start(slot: slot, publication: Self.publication)
        } catch {
            if error.code == .objectInUse { return .standby }
            throw error
        }
        metrics.set(.active)
        logger.notice("relaying", metadata: ["slot": "\(slot)"])
        var checkpoint = try Checkpoint(url: url, slot: slot, behind: isLost)
        var pump = Pump(name: name, metrics: metrics)
        try pump.run(stream, &publisher, &checkpoint, stop)
        return .stopped
    }
}
