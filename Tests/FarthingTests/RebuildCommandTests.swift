import ArgumentParser
import Postgres
import TestSupport
import Testing

@testable import Farthing

@Suite("farthing rebuild", .tags(.database))
struct RebuildCommandTests {
    @Test("finds that the entries make the balances")
    func sound() async throws {
        let books = try await Books.make([.ledger])
        let (seen, faults) = try check(books)
        #expect(seen.accounts == 5)
        #expect(seen.entries == 14)
        #expect(faults.isEmpty)
        #expect(await exitCode(books.url(.ledger)) == .success)
        try await books.drop()
    }

    /// What is done to the payee's account, and how it is told.
    static let damages = [
        ("UPDATE account SET posted = posted + 1", "is stored, but the entries make"),
        ("UPDATE account SET version = version + 1", "is stored, but there are"),
        ("UPDATE entry SET amount = amount + 1 WHERE version = 1", "entry 1 says"),
        ("UPDATE entry SET balance_after = 0 WHERE version = 2", "entry 2 says 0"),
        ("DELETE FROM entry WHERE version = 2", "entry 3 follows entry 1"),
    ]

    @Test("finds the account whose balance they do not make", arguments: damages)
    func damaged(statement: String, told: String) async throws {
        let books = try await Books.make([.ledger])
        let payee = "01901600-0000-7000-8000-000000000003"
        let column = statement.contains("account SET") ? "id" : "account"
        let joint = statement.contains("WHERE") ? "AND" : "WHERE"
        try await books.damage(.ledger, "\(statement) \(joint) \(column) = '\(payee)'")
        let (seen, faults) = try check(books)
        #expect(seen.faults == 1)
        #expect(faults.first?.hasPrefix("acct_\(payee)") == true)
        #expect(faults.first?.contains(told) == true, "\(faults)")
        #expect(await exitCode(books.url(.ledger)) == ExitCode(1))
        try await books.drop()
    }

    @Test("exits with 2 if it cannot look")
    func away() async throws {
        #expect(await exitCode("postgresql://nobody@127.0.0.1:1/nothing") == ExitCode(2))
    }

    private func check(_ books: Books) throws -> (RebuildCheck.Progress, [String]) {
        var faults: [String] = []
        let seen = try RebuildCheck(
            url: books.url(.ledger), progress: { _ in },
            fault: { faults.append("\($0): \($1)") }
        ).run()
        return (seen, faults)
    }

    private func exitCode(_ url: String) async -> ExitCode {
        do {
            try await RebuildCommand.parse(["--ledger-db", url]).run()
            return .success
        } catch {
            return error as? ExitCode ?? ExitCode(99)
        }
    }
}
