import Contracts
import FoundationEssentials
import Glibc
import Kafka

/// What happens while a stack starts and runs.
public enum StackEvent: Sendable {
    /// A step of the start, for people: "creating databases".
    case step(String)
    case process(SupervisorEvent)
}

/// The whole system on one machine: three services, each with a PostgreSQL of its own, the broker
/// and the relay, each a process of its own, supervised by the process that started it.
///
/// The broker's proxy lives in the supervising process. A server for each service, because a slot's
/// decoder reads all that its server writes: with one for all three each read the whole log to find
/// its third of it, an eighth of all the processor that a payment took (2 cores, 2026-11).
public final class Stack: Sendable {
    public static let services = ["payment", "billing", "ledger"]
    /// The servers of PostgreSQL that a stack has unless it is given one.
    public static let servers = services.map(server)

    /// The name of a service's server.
    public static func server(of service: String) -> String { "postgres-\(service)" }

    public let environment: StackEnvironment
    /// Keeps the processes alive; by name: the services, their servers, broker, relay.
    public let supervisor: Supervisor
    /// Stands between the services and the embedded broker; `nil` with a Kafka of one's own.
    public let proxy: TCPProxy?
    let plan: StackPlan

    private init(
        _ environment: StackEnvironment, _ supervisor: Supervisor, _ proxy: TCPProxy?,
        _ plan: StackPlan
    ) {
        self.environment = environment
        self.supervisor = supervisor
        self.proxy = proxy
        self.plan = plan
    }

    /// Starts everything and returns once all of it is ready; `stack.env` is written then.
    ///
    /// Throws what kept it from starting, after stopping what had started.
    public static func start(
        _ configuration: StackConfiguration,
        report: @escaping @Sendable (StackEvent) -> Void = { _ in }
    ) async throws -> Stack {
        let directory = configuration.directory
        for path in [directory, "\(directory)/log", configuration.pids.path] {
            try makeDirectory(path)
        }
        try requireBinaries(configuration)
        let ports = try choosePorts(configuration)
        await configuration.pids.sweep(first: stopOrder, signals: stopSignals)
        let supervisor = Supervisor(pids: configuration.pids) { report(.process($0)) }
        var proxy: TCPProxy?
        do {
            let secrets = try Secrets(file: "\(directory)/secret")
            let broker = try await embeddedBroker(configuration)
            proxy = broker?.proxy
            let kafka = broker?.bootstrapServers ?? configuration.kafka ?? ""
            let plan = try StackPlan(
                configuration: configuration, ports: ports, secrets: secrets, kafka: kafka)
            try await plan.startStores(supervisor, broker, report)
            try await plan.startServices(supervisor, report)
            let environment = try await plan.environment()
            try environment.write(to: "\(directory)/stack.env")
            return Stack(environment, supervisor, proxy, plan)
        } catch {
            await supervisor.stopAll(grace: .seconds(5))
            await proxy?.close()
            throw error
        }
    }

    /// Stops everything: services and relays side by side, then what they use. Data stay.
    public func stop() async {
        unlink("\(plan.configuration.directory)/stack.env")
        let users = await supervisor.names.filter { !(Self.servers + ["broker"]).contains($0) }
        await withTaskGroup { group in
            for name in users { group.addTask { await self.supervisor.stop(name) } }
        }
        await supervisor.stopAll()
        await proxy?.close()
    }

    /// The order in which leftovers are ended: those that use before those that are used.
    public static let stopOrder = ["relay"] + services + ["broker"] + servers
    /// How leftovers are asked to end, if not by SIGTERM: that would have a server wait for clients.
    public static let stopSignals = Dictionary(uniqueKeysWithValues: servers.map { ($0, SIGINT) })

    /// Removes the data of a stack that has ended, in the directory that it wrote to.
    public static func removeData(in directory: String) {
        for server in servers { PostgresDirectory.remove("\(directory)/\(server)") }
    }

    private static func embeddedBroker(_ configuration: StackConfiguration) async throws -> Broker?
    {
        guard configuration.kafka == nil else { return nil }
        let binary =
            try configuration.brokerBinary ?? Broker.locate(below: configuration.directory)
        return try await Broker(
            binary: binary, port: configuration.ports["broker"],
            topics: Topic.allCases.map(\.rawValue),
            log: configuration.log("broker"), diesWithParent: configuration.diesWithParent)
    }

    private static func requireBinaries(_ configuration: StackConfiguration) throws {
        let missing = (services + ["relay"]).filter {
            access("\(configuration.binaries)/\($0)", X_OK) != 0
        }
        guard missing.isEmpty else {
            throw LocalStackError(
                .missing,
                "no \(missing.joined(separator: ", ")) in \(configuration.binaries): "
                    + "build first, with deploy/local/up")
        }
    }

    private static func choosePorts(_ configuration: StackConfiguration) throws -> [String: Int] {
        var ports: [String: Int] = [:]
        for name in services + servers + ["relay"] {
            if let port = configuration.ports[name] {
                guard Port.isFree(port) else {
                    throw LocalStackError(
                        .occupied, "port \(port), wanted for \(name), is in use by another program")
                }
                ports[name] = port
            } else {
                ports[name] = try Port.free()
            }
        }
        return ports
    }

    /// Creates a directory that other users may pass through, whatever the umask: PostgreSQL may
    /// run as another user than we.
    private static func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard chmod(path, 0o755) == 0 else {
            throw LocalStackError(.invalid, "cannot use \(path): \(errorText(errno))")
        }
    }
}
