import FoundationEssentials
import Contracts
import Kafka

/// How the parts of one stack are started: their ports, roles and environments.
struct StackPlan: Sendable {
    let configuration: StackConfiguration
    let ports: [String: Int]
    let secrets: Secrets
    /// Bootstrap servers.
    let kafka: String

    /// One for each service, unless a server is there already.
    private let clusters: [PostgresCluster]
    private let databases: StackDatabases

    init(
        configuration: StackConfiguration, ports: [String: Int], secrets: Secrets, kafka: String
    ) throws {
        self.configuration = configuration
        self.ports = ports
        self.secrets = secrets
        self.kafka = kafka
        if let url = configuration.postgres {
            clusters = []
            databases = StackDatabases(superuserURL: url, secrets: secrets)
        } else {
            try configuration.refuseOldData()
            clusters = try Stack.services.map { service in
                let name = Stack.server(of: service)
                return try PostgresCluster(
                    directory: configuration.data(of: service), name: name,
                    port: ports[name] ?? 0,
                    authentication: .password(secrets.secret(for: "postgres")),
                    log: configuration.log(name), diesWithParent: configuration.diesWithParent)
            }
            let urls = clusters.map { $0.superuserURL() }
            databases = StackDatabases(
                servers: Dictionary(uniqueKeysWithValues: zip(Stack.services, urls)),
                secrets: secrets)
        }
    }

    /// Starts the servers of PostgreSQL and the broker, side by side, and prepares all: databases
    /// migrated, topics made.
    func startStores(
        _ supervisor: Supervisor, _ broker: Broker?,
        _ report: @escaping @Sendable (StackEvent) -> Void
    ) async throws {
        report(.step("starting PostgreSQL and the broker"))
        async let bus: Void = startBus(supervisor, broker)
        try await withThrowingTaskGroup { group in
            for cluster in clusters {
                let server = try cluster.supervised()
                group.addTask { try await supervisor.start(server, within: .seconds(60)) }
            }
            try await group.waitForAll()
        }
        report(.step("migrating the databases"))
        try await databases.provision()
        try await withThrowingTaskGroup { group in
            for name in StackDatabases.names {
                group.addTask { try await migrate(name) }
            }
            try await group.waitForAll()
        }
        try await bus
    }

    /// Starts the services and the relay, side by side, and waits until all are ready.
    func startServices(
        _ supervisor: Supervisor, _ report: @escaping @Sendable (StackEvent) -> Void
    ) async throws {
        report(.step("starting the services and the relay"))
        try await withThrowingTaskGroup { group in
            for name in Stack.services {
                let process = try service(name)
                group.addTask { try await supervisor.start(process, within: .seconds(60)) }
            }
            let relay = try relay("relay", port: ports["relay"] ?? 0)
            group.addTask { try await supervisor.start(relay, within: .seconds(60)) }
            try await group.waitForAll()
        }
    }

    /// What users of the stack need to know.
    func environment() async throws -> StackEnvironment {
        var environment = StackEnvironment()
        environment.paymentURL = baseURL("payment")
        environment.billingURL = baseURL("billing")
        environment.ledgerURL = baseURL("ledger")
        environment.token = try await DevelopmentToken.make(
            secret: secrets.tokenSecret, tenant: configuration.tenant)
        environment.paymentDatabase = try databases.ownerURL("payment")
        environment.billingDatabase = try databases.ownerURL("billing")
        environment.ledgerDatabase = try databases.ownerURL("ledger")
        environment.kafka = kafka
        environment.pids = configuration.pids.path
        environment.auditKeys = auditKeys.folder
        return environment
    }

    /// A relay over all three databases; a second one waits as a standby.
    func relay(_ name: String, port: Int) throws -> SupervisedProcess {
        let sources = try StackDatabases.names.map { "\($0)=\(try databases.relayURL($0))" }
        return process(
            name, program: "relay", port: port,
            ["RELAY_SOURCES": sources.joined(separator: ",")])
    }

    func replicationURL(_ name: String) throws -> String { try databases.relayURL(name) }

    private func service(_ name: String) throws -> SupervisedProcess {
        process(
            name, program: name, port: ports[name] ?? 0,
            [
                "DATABASE_URL": try databases.serviceURL(name),
                "JWT_HS256_SECRET": secrets.tokenSecret,
                "AUDIT_SIGNING_KEY_FILE": try auditKeys.prepare(name, secrets),
                "AUDIT_RETIRED_KEY_FILES": try auditKeys.retired(name).joined(separator: ","),
                "AUDIT_SIGNING": "required",
            ])
    }

    private var auditKeys: AuditKeys { AuditKeys(folder: "\(configuration.directory)/audit") }

    private func process(
        _ name: String, program: String, port: Int, _ special: [String: String]
    ) -> SupervisedProcess {
        var command = command(name, program: program)
        command.environment.merge([
            "HTTP_HOST": "127.0.0.1", "HTTP_PORT": "\(port)", "KAFKA_BOOTSTRAP": kafka,
            "KAFKA_CONSUMER_ENDS_STUCK_GROUPS": "\(configuration.kafka == nil)",
        ]) { $1 }
        command.environment.merge(special) { $1 }
        command.environment.merge(configuration.environment[name] ?? [:]) { $1 }
        let client = APIClient(baseURL: "http://127.0.0.1:\(port)")
        return SupervisedProcess(name, command, isReady: { await client.isReady() })
    }

    private func migrate(_ name: String) async throws {
        var command = command("\(name)-migrate", program: name)
        command.arguments = ["migrate"]
        command.environment["MIGRATION_DATABASE_URL"] = try databases.ownerURL(name)
        try await command.run("\(name) migrate")
    }

    private func command(_ name: String, program: String) -> ProcessCommand {
        ProcessCommand(
            "\(configuration.binaries)/\(program)", log: configuration.log(name),
            parentDeathSignal: configuration.diesWithParent ? .kill : nil)
    }

    private func startBus(_ supervisor: Supervisor, _ broker: Broker?) async throws {
        if let broker {
            try await supervisor.start(broker.supervised)
        } else {
            try await Broker.createTopics(
                Topic.allCases.map(\.rawValue), on: KafkaConfiguration(bootstrapServers: kafka))
        }
    }

    private func baseURL(_ name: String) -> String { "http://127.0.0.1:\(ports[name] ?? 0)" }
}
