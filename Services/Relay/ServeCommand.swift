import ArgumentParser
import Kafka
import Logging
import ServiceHost

extension RelayCommand {
    /// Runs until SIGTERM; a second relay of the same databases waits as a standby. What only other
    /// options can put right ends it at once.
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the relay.",
            discussion: """
                Without --source it is configured by its environment: RELAY_SOURCES, \
                KAFKA_BOOTSTRAP, HTTP_PORT. With it, it publishes an outbox of your own, which \
                'relay setup' has prepared.
                """)

        @OptionGroup var outbox: OutboxOptions

        @Option(help: "The broker, host:port; KAFKA_BOOTSTRAP if not given.")
        var kafka: String?

        @Option(help: "For /health, /readyz, /livez and /metrics; HTTP_PORT if not given.")
        var port: Int?

        @Option(help: "Of topics that are missing; RELAY_TOPIC_PARTITIONS, or 4.")
        var topicPartitions: Int?

        @Option(help: "Of topics that are missing; RELAY_TOPIC_REPLICATION, or the cluster's own.")
        var topicReplication: Int?

        @Flag(help: "What a relay that was never there before begins with.")
        var start = Start.fromBeginning

        @Flag(help: "Print what the table holds and was not published, and publish nothing.")
        var dryRun = false

        enum Start: EnumerableFlag {
            case fromBeginning, fromNow
        }

        func run() async throws {
            let configuration = try RelayConfiguration(environment())
            let logger = Telemetry.start("relay", level: configuration.logLevel)
            let table = try outbox.described()
            if dryRun { return try await show(configuration, table, logger) }
            let sources = configuration.sources.map { source in
                outbox.source == nil
                    ? Source(
                        name: source.name, url: source.url, kafka: configuration.kafka,
                        topicShape: configuration.topics,
                        gathering: configuration.gathering, logger: logger)
                    : Source(
                        name: source.name, url: source.url, table: table,
                        start: start == .fromNow ? .now : .beginning, kafka: configuration.kafka,
                        topics: [], topicShape: configuration.topics,
                        gathering: configuration.gathering, logger: logger)
            }
            if outbox.source != nil { try sources.forEach(refuse) }
            try await Host.serveProbes(
                host: configuration.httpHost, port: configuration.httpPort, logger: logger,
                ready: {
                    let troubles = sources.compactMap(\.metrics.trouble)
                    return troubles.isEmpty ? nil : troubles.joined(separator: "; ")
                },
                health: {
                    sources.map { source in
                        let health = source.metrics.health(laggingAfter: configuration.lagSeconds)
                        return "\(source.name) \(health)\n"
                    }.joined()
                },
                background: sources.map { source in (source.name, { await source.run() }) }
                    + upkeep(configuration, logger))
        }

        private func environment() -> [String: String] {
            var environment = outbox.environment(
                kafka: dryRun ? "-" : kafka, port: dryRun ? 0 : port)
            if let topicPartitions {
                environment["RELAY_TOPIC_PARTITIONS"] = "\(topicPartitions)"
            }
            if let topicReplication {
                environment["RELAY_TOPIC_REPLICATION"] = "\(topicReplication)"
            }
            return environment
        }

        /// Throws what only other options can put right. What time or an operator may, a database that
        /// is away or not prepared, is left to the source, which tries again.
        private func refuse(_ source: Source) throws {
            do {
                if let warning = try source.check().warning { source.logger.warning("\(warning)") }
            } catch let error as RelayError where error.code == .configuration {
                throw error
            } catch {
                source.logger.warning("not checked yet", metadata: ["error": "\(error)"])
            }
        }

        /// A table of somebody else's is theirs to keep up.
        private func upkeep(
            _ configuration: RelayConfiguration, _ logger: Logger
        ) -> [(name: String, run: @Sendable () async throws -> Void)] {
            if outbox.source != nil { return [] }
            return configuration.sources.map { source in
                let upkeep = OutboxUpkeep(
                    source: source.name, url: source.url, policy: configuration.upkeep,
                    logger: logger)
                return ("\(source.name)-upkeep", { await upkeep.run() })
            }
        }

        private func show(
            _ configuration: RelayConfiguration, _ table: OutboxTable, _ logger: Logger
        ) async throws {
            for source in configuration.sources {
                let preview = Preview(
                    url: source.url, slot: Source.slot(of: source.name), table: table)
                let count = try preview.show { print($0) }
                print("\(source.name): \(count) events would be published")
            }
        }
    }
}
