import ArgumentParser
import Kafka
import Logging
import ServiceHost

extension RelayCommand {
    /// Runs until SIGTERM; a second relay of the same databases waits as a standby.
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

        @Flag(help: "What a relay that was never there before begins with.")
        var start = Start.fromBeginning

        @Flag(help: "Print what the table holds and was not published, and publish nothing.")
        var dryRun = false

        enum Start: EnumerableFlag {
            case fromBeginning, fromNow
        }

        func run() async throws {
            let configuration = try RelayConfiguration(
                dryRun
                    ? outbox.environment(kafka: "-", port: 0)
                    : outbox.environment(kafka: kafka, port: port))
            let logger = Telemetry.start("relay", level: configuration.logLevel)
            let table = try outbox.described()
            if dryRun { return try await show(configuration, table, logger) }
            let sources = configuration.sources.map { source in
                outbox.source == nil
                    ? Source(
                        name: source.name, url: source.url, kafka: configuration.kafka,
                        logger: logger)
                    : Source(
                        name: source.name, url: source.url, table: table,
                        start: start == .fromNow ? .now : .beginning, kafka: configuration.kafka,
                        topics: [], logger: logger)
            }
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
