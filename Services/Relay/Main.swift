import ArgumentParser

/// The relay: publishes what the services' outboxes hold.
@main
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Publishes the outboxes of one or more databases to Kafka, in commit order.",
        subcommands: [Serve.self, SetupCommand.self, ReplayCommand.self, ParkedCommand.self],
        defaultSubcommand: Serve.self)
}
