public import FoundationEssentials
import Kafka
public import Logging
public import Postgres
import ServiceLifecycle
import UnixSignals

/// A service's process: its database, its HTTP server, its consumers, its life from start to end.
///
/// ```swift
/// let host = try Host(
///     "ledger", configuration: .fromEnvironment(service: "ledger"), migrations: migrations)
/// try await host.serve { routes in addRoutes(to: &routes) }
/// ```
public struct Host: Sendable {
    public let service: String
    public let database: Database
    public let logger: Logger
    let configuration: HostConfiguration
    let migrations: [MigrationSet]

    /// Opens the database, without connecting yet. Throws `HostError` or `PostgresError` for a
    /// configuration that cannot work.
    public init(
        _ service: String, configuration: HostConfiguration, migrations: [MigrationSet]
    ) throws {
        self.service = service
        self.configuration = configuration
        self.migrations = migrations
        logger = Telemetry.start(service, level: configuration.logLevel)
        database = try Database(
            Database.Configuration(
                url: configuration.databaseURL, connections: configuration.databasePool,
                applicationName: "farthing-\(service)", readsWholeTables: false),
            logger: logger)
        observe(database)
    }

    /// Serves HTTP, consumes topics and works in the background until SIGTERM or SIGINT; then
    /// finishes what is in hand. Throws `HostError` if it cannot begin: the schema is old, the
    /// port is taken.
    public func serve(_ routes: (inout Routes) -> Void) async throws {
        try await serve(stopOn: [.sigterm, .sigint], listening: { _ in }, routes)
    }

    /// The same, until other signals, telling the port: several hosts can live in one process.
    func serve(
        stopOn signals: [UnixSignal], listening: @escaping @Sendable (Int) -> Void,
        _ addRoutes: (inout Routes) -> Void
    ) async throws {
        let authenticator = try await Authenticator(configuration.tokens, logger: logger)
        try await awaitSchema()
        let edge = HTTPEdge(
            service: service, database: database, logger: logger, authenticator: authenticator)
        var routes = Routes(host: edge)
        addRoutes(&routes)
        try routes.complete()
        let server = HTTPServer(
            host: configuration.httpHost, port: configuration.httpPort, logger: logger,
            endpoints: routes.endpoints, readiness: readiness(authenticator), listening: listening)
        // Stopped in reverse: no new requests first, then the consumers that finish those waiting.
        let services: [any Service] =
            try consumerLoops(routes.consumptions) + routes.backgrounds + [idempotencySweep]
            + inboxUpkeep(routes.consumptions) + sealing(routes.sealedKinds)
            + authenticator.background(logger: logger) + [server]
        do {
            try await Process.run(services, stopOn: signals, logger: logger)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        logger.info("stopped")
    }

    /// Brings the schema of the database at `MIGRATION_DATABASE_URL` up to date; doing it again
    /// does nothing. Throws `HostError`, and `PostgresError` for a migration that fails.
    public static func migrate(
        _ service: String, _ migrations: [MigrationSet],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        let environment = Environment(environment)
        let url = try environment.required("MIGRATION_DATABASE_URL")
        let logger = Telemetry.start(service, level: try environment.logLevel())
        let applied = try await Migrator(url: url, logger: logger).migrate(migrations)
        logger.info("migrated", metadata: ["applied": "\(applied.count)"])
    }

    private func readiness(_ authenticator: Authenticator) -> Readiness {
        Readiness { [database, migrations, configuration, logger] in
            if let fault = authenticator.fault { return fault }
            do {
                _ = try await database.read { tx in try tx.query(HostQueries.ping) }
                let migrator = Migrator(url: configuration.databaseURL, logger: logger)
                return try await migrator.isCurrent(migrations) ? nil : "the schema is old"
            } catch let error as PostgresError {
                return "the database does not answer: \(error.code)"
            } catch {
                return "the database does not answer"
            }
        }
    }

    /// Nothing to keep up where nothing is consumed.
    private func inboxUpkeep(_ consumptions: [ConsumedTopic]) -> [any Service] {
        guard !consumptions.isEmpty else { return [] }
        return [
            InboxUpkeep(
                topics: consumptions.map(\.topic).sorted(), kafka: kafka, database: database,
                retention: configuration.inboxRetention, assumed: configuration.topicRetention,
                logger: logger)
        ]
    }

    private var kafka: KafkaConfiguration {
        KafkaConfiguration(
            bootstrapServers: configuration.kafkaBootstrap, configuration.kafkaConsumer)
    }

    private var idempotencySweep: Background {
        let sweep = IdempotencySweep(
            database: database, retention: configuration.idempotencyRetention)
        return Background(
            name: "idempotency-sweep", logger: logger, every: .seconds(600), body: sweep.run)
    }

    /// Waits for the database for a while, so that both may be started together; never waits for
    /// a migration.
    private func awaitSchema() async throws {
        let migrator = Migrator(url: configuration.databaseURL, logger: logger)
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                guard try await migrator.isCurrent(migrations) else {
                    throw HostError(
                        .oldSchema,
                        "the schema is older than this program: run '\(service) migrate'")
                }
                return
            } catch let error as PostgresError where error.isRetriable {
                guard ContinuousClock.now < deadline else {
                    throw HostError(.database, "the database cannot be reached: \(error.message)")
                }
                logger.warning("waiting for the database", metadata: ["error": "\(error.message)"])
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func consumerLoops(_ consumptions: [ConsumedTopic]) throws -> [any Service] {
        let kafka = kafka
        return try Dictionary(grouping: consumptions, by: \.group).map { group, topics in
            var pipelines: [String: BatchPipeline] = [:]
            for topic in topics {
                guard pipelines[topic.topic] == nil else {
                    throw HostError(.misuse, "\(topic.topic) is consumed twice in group \(group)")
                }
                pipelines[topic.topic] = BatchPipeline(
                    topic: topic, database: database, logger: logger)
            }
            let names = pipelines.keys.sorted()
            return ConsumerLoop(
                makeConsumer: { [logger] in
                    try Consumer(kafka, group: group, topics: names, logger: logger)
                }, pipelines: pipelines, logger: logger)
        }
    }

    private func observe(_ database: Database) {
        let registry = Telemetry.registry
        registry.sample("database_connections", help: "Open connections to the database.") {
            Double(database.statistics().connections)
        }
        registry.sample("database_connections_busy", help: "Connections in a transaction.") {
            Double(database.statistics().busy)
        }
        registry.sample("database_transactions_waiting", help: "Transactions in the queue.") {
            Double(database.statistics().waiting)
        }
    }
}
