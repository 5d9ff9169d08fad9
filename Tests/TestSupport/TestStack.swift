import Farthing
import FoundationEssentials
public import LocalStack

/// The whole system for one test: each service, the relay, PostgreSQL and the broker as processes
/// of their own, on free ports, with data of their own.
///
///     let stack = try await TestStack.start(environment: ["ledger": ["FAILPOINTS": "…"]])
///     let account = try await stack.ledger.post("/v1/accounts", […]).successful()
///     try await stack.verify()
///     await stack.stop()
///
/// Whatever a test forgets to stop dies with the test process.
public final class TestStack: Sendable {
    public let stack: Stack
    /// Where it keeps everything.
    public let directory: String

    /// The three APIs, called with a token of every scope.
    public let payment: APIClient
    public let billing: APIClient
    public let ledger: APIClient

    /// Starts everything and waits until it is ready. What dies is started again, unless
    /// `setRestarting` says otherwise.
    ///
    /// - Parameter environment: more environment variables, by process name.
    public static func start(environment: [String: [String: String]] = [:]) async throws
        -> TestStack
    {
        let directory = try TestRun.directory() + "/stack-\(UInt32.random(in: 0...UInt32.max))"
        var configuration = StackConfiguration(
            directory: directory, binaries: TestRun.binaries)
        configuration.brokerBinary = try await EmbeddedBroker.binary()
        configuration.environment = environment
        configuration.diesWithParent = true
        return TestStack(try await Stack.start(configuration), directory)
    }

    private init(_ stack: Stack, _ directory: String) {
        self.stack = stack
        self.directory = directory
        let token = stack.environment.token
        payment = APIClient(baseURL: stack.environment.paymentURL, token: token)
        billing = APIClient(baseURL: stack.environment.billingURL, token: token)
        ledger = APIClient(baseURL: stack.environment.ledgerURL, token: token)
    }

    /// URLs, token, databases.
    public var environment: StackEnvironment { stack.environment }

    /// A token with other claims than the one that the clients have.
    public func token(tenant: String, scopes: [String] = DevelopmentToken.everyScope) async throws
        -> String
    {
        try await stack.token(tenant: tenant, scopes: scopes)
    }

    /// Stops everything and removes its data.
    public func stop() async {
        await stack.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    // MARK: - Processes: postgres broker payment billing ledger relay

    /// Kills a process and waits until it is gone; the supervisor then starts it again.
    public func kill(_ name: String) async { await stack.supervisor.kill(name) }

    /// Whether a process that dies is started again.
    public func setRestarting(_ restarting: Bool, _ name: String) async {
        await stack.supervisor.setRestarting(restarting, name)
    }

    /// Stops a process, dead or alive, and starts it with these variables added to, or with `nil`
    /// taken from, its environment; returns once it is ready.
    public func restart(_ name: String, changing environment: [String: String?] = [:]) async throws
    {
        try await stack.supervisor.restart(name) { command in
            for (variable, value) in environment { command.environment[variable] = value }
        }
    }

    /// SIGSTOP: the process keeps its connections and does nothing.
    public func freeze(_ name: String) async { await stack.supervisor.signal(name, 19) }
    /// SIGCONT.
    public func thaw(_ name: String) async { await stack.supervisor.signal(name, 18) }

    /// How often a process was started again after its death.
    public func restarts(_ name: String) async -> Int { await stack.supervisor.restarts(name) }

    /// Starts a standby relay under this name.
    public func startRelay(_ name: String) async throws { try await stack.startRelay(name) }

    // MARK: - Broker

    /// Closes all connections to the broker and refuses new ones until `reconnectBroker`.
    public func cutBroker() async throws { try await stack.proxy?.cut() }
    public func reconnectBroker() async throws { try await stack.proxy?.resume() }
    /// For delays and black holes.
    public var brokerProxy: TCPProxy? { stack.proxy }

    /// Kills the broker, which forgets everything, and starts it again with empty topics.
    public func restartBrokerEmpty() async throws {
        await setRestarting(false, "broker")
        await kill("broker")
        try await restart("broker")
        await setRestarting(true, "broker")
    }

    // MARK: - Verifier

    /// Waits until every payment has ended, and checks all invariants, and the seals. Throws `NotCorrect` with
    /// everything that was found.
    public func verify(within limit: Duration = .seconds(60)) async throws {
        let verifier = Verifier(
            Verifier.Databases(
                payment: environment.paymentDatabase, billing: environment.billingDatabase,
                ledger: environment.ledgerDatabase))
        _ = try await verifier.waitUntilQuiet(upTo: limit)
        let seals = StackSeals(environment, binaries: TestRun.binaries)
        let findings = try await verifier.verify().adding(try await seals.findings())
        guard findings.isEmpty else { throw NotCorrect(findings: findings.description) }
    }

    /// What the verifier found.
    public struct NotCorrect: Error, CustomStringConvertible {
        public let findings: String
        public var description: String { "the verifier found:\n\(findings)" }
    }

    /// The last lines of a process's log, to explain a failure.
    public func log(_ name: String, lines: Int = 20) -> String {
        let text = (try? String(contentsOfFile: "\(directory)/log/\(name).log", encoding: .utf8))
        return (text ?? "").split(separator: "\n").suffix(lines).joined(separator: "\n")
    }
}
