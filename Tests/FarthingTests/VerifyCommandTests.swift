import ArgumentParser
import TestSupport
import Testing

@testable import Farthing

@Suite("farthing verify", .serialized, .tags(.database))
struct VerifyCommandTests {
    @Test("exits with 0 if nothing is wrong")
    func sound() async throws {
        let books = try await Books.make()
        #expect(try await exitCode(books) == .success)
        try await books.drop()
    }

    @Test("exits with 1 if something is wrong")
    func damaged() async throws {
        let books = try await Books.make()
        try await books.damage(.ledger, "UPDATE account SET posted = posted + 1")
        #expect(try await exitCode(books) == ExitCode(1))
        try await books.drop()
    }

    @Test("exits with 1 if a saga has not ended in time, and with 0 if the system is live")
    func unfinished() async throws {
        let books = try await Books.make()
        try await books.damage(.payment, World.reopenC)
        #expect(try await exitCode(books, "--wait", "1") == ExitCode(1))
        #expect(try await exitCode(books, "--live") == .success)
        try await books.drop()
    }

    @Test("exits with 2 if it cannot look")
    func away() async throws {
        let nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
        let command = try VerifyCommand.parse([
            "--payment-db", nowhere, "--billing-db", nowhere, "--ledger-db", nowhere,
        ])
        #expect(await exitCode(command) == ExitCode(2))
    }

    private func exitCode(_ books: Books, _ arguments: String...) async throws -> ExitCode {
        let urls = [
            "--payment-db", books.url(.payment), "--billing-db", books.url(.billing),
            "--ledger-db", books.url(.ledger),
        ]
        return await exitCode(try VerifyCommand.parse(urls + arguments))
    }

    private func exitCode(_ command: VerifyCommand) async -> ExitCode {
        do {
            try await command.run()
            return .success
        } catch {
            return error as? ExitCode ?? ExitCode(99)
        }
    }
}
