public import Kafka
public import LocalStack

/// The embedded broker that all tests of a process share.
///
/// Tests that cut it off or restart it disturb others: they start one of their own with `start`.
public final class TestBroker: Sendable {
    private let broker: Broker
    private let supervisor: Supervisor

    /// `host:port` for clients.
    public var bootstrapServers: String { broker.bootstrapServers }
    /// What clients are told: it may never finish a rebalance, see `StuckGroup`.
    public var kafka: KafkaConfiguration {
        KafkaConfiguration(bootstrapServers: bootstrapServers, ["ends.stuck.groups": "true"])
    }
    /// Cuts, delays or holds its connections.
    public var proxy: TCPProxy { broker.proxy }

    private static let once = Once()

    /// The shared one; the first caller starts it.
    public static var shared: TestBroker {
        get async throws { try await once.value() }
    }

    /// One of a test's own, which goes when the test process ends, or earlier with `stop`.
    public static func start(topics: [String] = []) async throws -> TestBroker {
        let directory = try TestRun.directory()
        let name = "broker-\(UInt32.random(in: 0...UInt32.max))"
        let broker = try await Broker(
            binary: try await EmbeddedBroker.binary(), topics: topics,
            log: "\(directory)/\(name).log", diesWithParent: true)
        let supervisor = Supervisor(pids: PidDirectory("\(directory)/\(name)"))
        try await supervisor.start(broker.supervised)
        return TestBroker(broker, supervisor)
    }

    private init(_ broker: Broker, _ supervisor: Supervisor) {
        self.broker = broker
        self.supervisor = supervisor
    }

    /// Kills the broker, which forgets everything, and starts it again with its topics, empty.
    public func restartEmpty() async throws {
        await supervisor.setRestarting(false, "broker")
        await supervisor.kill("broker")
        try await supervisor.restart("broker")
        await supervisor.setRestarting(true, "broker")
    }

    /// SIGSTOP: it holds its connections and answers nothing.
    public func freeze() async { await supervisor.signal("broker", 19) }
    /// SIGCONT.
    public func thaw() async { await supervisor.signal("broker", 18) }

    /// Stops it for good.
    public func stop() async {
        await supervisor.stopAll()
        await broker.proxy.close()
    }

    private actor Once {
        private var starting: Task<TestBroker, any Error>?

        func value() async throws -> TestBroker {
            let task = starting ?? Task { try await TestBroker.start() }
            starting = task
            return try await task.value
        }
    }
}
