import ArgumentParser

/// Measures Farthing beside the physical limits of the machine that it runs on.
@main
struct FarthingBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing-bench",
        abstract: "Runs every benchmark, each beside its limit, alternating, on one server.",
        subcommands: [RunCommand.self, ConsumeCommand.self], defaultSubcommand: RunCommand.self)
}
