import ArgumentParser
import LocalStack

/// `farthing down`: stops everything; data stay.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Stops everything that 'farthing up' started.")

    func run() async throws {
        let stopped = await StackFolder.nearest().stopEverything()
        Terminal().line(stopped ? "Farthing was stopped." : "Farthing does not run.")
    }
}
