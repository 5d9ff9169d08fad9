import ArgumentParser
import FoundationEssentials
import LocalStack

/// `farthing relay`: what one asks of the relay by hand.
struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Publishes what the outboxes still hold once more.",
        subcommands: [Replay.self])

    /// Runs `relay replay` on the databases and the bus of the local stack.
    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publishes a range of an outbox again, in order.",
            discussion: """
                Consumers remove what they have already received. Everything after 'replay' goes
                to 'relay replay'; see 'relay replay --help' beside this program.
                """)

        @Argument(
            parsing: .captureForPassthrough,
            help: """
                --since TIME [--until TIME] [--only NAME] [--only-topic T] [--only-key K] [--dry-run]
                """)
        var arguments: [String] = []

        func run() throws {
            let stack: StackEnvironment
            do {
                stack = try StackEnvironment(file: StackFolder.nearest().environmentFile)
            } catch {
                Terminal().error("farthing: \(error)")
                throw ExitCode.failure
            }
            let sources = [
                "payment=\(stack.paymentDatabase)", "billing=\(stack.billingDatabase)",
                "ledger=\(stack.ledgerDatabase)",
            ]
            try Program("relay").become(
                ["replay"] + arguments,
                environment: [
                    "RELAY_SOURCES": sources.joined(separator: ","),
                    "KAFKA_BOOTSTRAP": stack.kafka, "HTTP_PORT": "0",
                ])
        }
    }
}
