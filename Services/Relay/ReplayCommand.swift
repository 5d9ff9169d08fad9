import ArgumentParser
import Contracts
import Dispatch
import FoundationEssentials
import Kafka
import ServiceHost

extension RelayCommand {
    /// `relay replay --only payment --since 2026-11-21T10:00:00Z`.
    struct ReplayCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Publishes a range of an outbox once more, in order.",
            discussion: """
                For what Kafka has lost. Consumers drop what they know, and the relay goes on beside \
                it. Databases and broker are those of RELAY_SOURCES and KAFKA_BOOTSTRAP; an outbox \
                of your own is described as to 'relay serve', and must have a column with the time.
                """)

        @OptionGroup var outbox: OutboxOptions

        @Option(help: "The broker, host:port; KAFKA_BOOTSTRAP if not given.")
        var kafka: String?

        @Option(help: "A name of RELAY_SOURCES; all of them, one after the other, if not given.")
        var only: String?

        @Option(help: "From this time on, RFC 3339: 2026-11-21T10:00:00Z.", transform: time)
        var since: Date

        @Option(help: "Before this time.", transform: time)
        var until: Date?

        @Option(help: "Only this topic.")
        var onlyTopic: String?

        @Option(help: "Only this key.")
        var onlyKey: String?

        @Flag(help: "Print what would be published.")
        var dryRun = false

        func run() async throws {
            let configuration = try RelayConfiguration(
                outbox.environment(kafka: kafka ?? (dryRun ? "-" : nil), port: 0))
            let logger = Telemetry.start("relay", level: configuration.logLevel)
            let sources = configuration.sources.filter { only == nil || $0.name == only }
            guard !sources.isEmpty else {
                throw ValidationError("RELAY_SOURCES names no source '\(only ?? "")'.")
            }
            let table = try outbox.described()
            let range = Replay.Range(
                since: since, until: until, topic: onlyTopic, key: onlyKey)
            for source in sources {
                let replay = Replay(
                    source: source.name, url: source.url, table: table,
                    kafka: configuration.kafka, logger: logger)
                let dryRun = dryRun
                // Libpq and librdkafka block: on a thread that may.
                let count = try await withCheckedThrowingContinuation { continuation in
                    DispatchQueue(label: "relay.replay").async {
                        continuation.resume(
                            with: Result {
                                dryRun
                                    ? try replay.show(range) { print($0) } : try replay.run(range)
                            })
                    }
                }
                print("\(source.name): \(count) events \(dryRun ? "would be " : "")published")
            }
        }

        private static func time(_ text: String) throws -> Date {
            guard let date = RFC3339.parse(text) else {
                throw ValidationError("'\(text)' is not a time like 2026-11-21T10:00:00Z.")
            }
            return date
        }
    }
}
