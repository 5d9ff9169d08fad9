import ArgumentParser
import FoundationEssentials
import ServiceHost

/// The relay: publishes what the services' outboxes hold.
@main
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Publishes the outboxes of one or more databases to Kafka, in commit order.",
        subcommands: [Serve.self, ReplayCommand.self, ParkedCommand.self],
        defaultSubcommand: Serve.self)
}

extension RelayCommand {
    /// Runs until SIGTERM; a second relay of the same databases waits as a standby.
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the relay. It is configured by its environment.")

        func run() async throws {
            let configuration = try RelayConfiguration(ProcessInfo.processInfo.environment)
            let logger = Telemetry.start("relay", level: configuration.logLevel)
            let sources = configuration.sources.map {
                Source(name: $0.name, url: $0.url, kafka: configuration.kafka, logger: logger)
            }
            let upkeep = configuration.sources.map {
                OutboxUpkeep(
                    source: $0.name, url: $0.url, policy: configuration.upkeep, logger: logger)
            }
            try await Host.serveProbes(
                host: configuration.httpHost, port: configuration.httpPort, logger: logger,
                ready: {
                    let troubles = sources.compactMap(\.metrics.trouble)
                    return troubles.isEmpty ? nil : troubles.joined(separator: "; ")
                },
                background: sources.map { source in (source.name, { await source.run() }) }
                    + upkeep.map { upkeep in ("\(upkeep.source)-upkeep", { await upkeep.run() }) })
        }
    }
}
