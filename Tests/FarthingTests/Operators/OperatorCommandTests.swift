import ArgumentParser
import TestSupport
import Testing

@testable import Farthing

@Suite("An operator's command", .tags(.unit))
struct OperatorCommandTests {
    /// Nobody listens there.
    private static let nowhere = ["--url", "http://127.0.0.1:1", "--token", "none"]

    private func exitCode(_ command: some AsyncParsableCommand) async -> ExitCode {
        var command = command
        do {
            try await command.run()
            return .success
        } catch {
            return error as? ExitCode ?? ExitCode(99)
        }
    }

    @Test("fails if the service does not answer")
    func away() async throws {
        let list = try SagaCommand.List.parse(Self.nowhere)
        #expect(await exitCode(list) == .failure)
        let retry = try SagaCommand.Retry.parse(["saga_1"] + Self.nowhere)
        #expect(await exitCode(retry) == .failure)
        let discard = try DeadLettersCommand.Discard.parse(
            ["7", "--service", "ledger"] + Self.nowhere)
        #expect(await exitCode(discard) == .failure)
    }

    @Test("fails if there is no such service")
    func unknownService() async throws {
        let list = try DeadLettersCommand.List.parse(["--service", "relay"] + Self.nowhere)
        #expect(await exitCode(list) == .failure)
    }

    @Test(
        "is refused if it could mean two things",
        arguments: [
            ["--service", "ledger"], ["7", "--service", "ledger", "--topic", "t", "--key", "k"],
            ["--service", "ledger", "--topic", "t"],
        ])
    func ambiguous(words: [String]) {
        #expect(throws: (any Error).self) { try DeadLettersCommand.Replay.parse(words) }
    }
}
