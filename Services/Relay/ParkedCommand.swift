import ArgumentParser
import Contracts
import FoundationEssentials
import Postgres

extension RelayCommand {
    /// `relay parked list`, `relay parked release --source payment --topic T`.
    struct ParkedCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "parked",
            abstract: "Shows, releases and discards what could not be published.",
            discussion: """
                A row that Kafka refuses is parked with its key, or with its topic where the topic \
                is at fault; others flow. Remove the cause, then release: the relay publishes what \
                is parked, in order. The databases are those of RELAY_SOURCES.
                """,
            subcommands: [List.self, Release.self, Discard.self], defaultSubcommand: List.self)
    }
}

extension RelayCommand.ParkedCommand {
    struct Options: ParsableArguments {
        @Option(help: "A name of RELAY_SOURCES; all of them, if not given.")
        var source: String?

        /// Calls `body` with each source's desk.
        func forEach(_ body: (ParkingDesk) throws -> Void) throws {
            let environment = ProcessInfo.processInfo.environment
            let sources = try RelayConfiguration.sources(environment).filter {
                source == nil || $0.name == source
            }
            guard !sources.isEmpty else {
                throw ValidationError("RELAY_SOURCES names no source '\(source ?? "")'.")
            }
            for each in sources { try body(ParkingDesk(source: each.name, url: each.url)) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows each row that is at fault, and how many are behind it.")

        @OptionGroup var options: Options

        func run() throws {
            try options.forEach { desk in
                for line in try desk.list() { print(line) }
            }
        }
    }

    struct Release: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has the relay publish what is parked, in order.",
            discussion: "What is refused once more is parked again.")

        @OptionGroup var options: Options

        @Option(help: "Only this topic.")
        var topic: String?

        @Option(help: "Only this key.")
        var key: String?

        func run() throws {
            try options.forEach { desk in
                let count = try desk.release(topic: topic, key: key)
                print("\(desk.source): \(count) released, and what is behind them")
            }
        }
    }

    struct Discard: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a row up for ever; what is behind it is published.")

        @OptionGroup var options: Options

        @Argument(help: "The row's id, as 'list' shows it.")
        var id: String

        func run() throws {
            var count = 0
            try options.forEach { desk in
                for line in try desk.discard(id) {
                    print(line)
                    count += 1
                }
            }
            guard count > 0 else { throw ValidationError("No row '\(id)' is parked.") }
        }
    }
}
