import ArgumentParser
import FoundationEssentials
import LocalStack

/// `farthing rebuild`: do the entries make the balances?
struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Makes every balance of the ledger again from its entries, and compares.",
        discussion: """
            Reads one snapshot, locks nothing, and changes nothing. Exits with 0 if every balance is
            what the entries make, with 1 and one line for each account that is not, and with 2 if it
            could not look.
            The database is taken from the option, else from FARTHING_LEDGER_DB, else from
            .farthing/stack.env.
            """)

    @Option(name: .customLong("ledger-db"), help: "URL of the ledger database.")
    var ledgerURL: String?

    @Flag(help: "Say on standard error how far it is.")
    var progress = false

    func run() async throws {
        let terminal = Terminal()
        let seen: RebuildCheck.Progress
        do {
            seen = try check(terminal).run()
        } catch {
            terminal.error("farthing: cannot rebuild: \(error)")
            throw ExitCode(2)
        }
        terminal.line(
            "\(seen.entries) entries make the balances of \(seen.accounts - seen.faults) of "
                + "\(seen.accounts) accounts.")
        if seen.faults > 0 { throw ExitCode(1) }
    }

    private func check(_ terminal: Terminal) throws -> RebuildCheck {
        RebuildCheck(
            url: try url(),
            progress: { seen in
                if progress { terminal.error("\(seen.entries) entries, \(seen.accounts) accounts") }
            },
            fault: { account, what in terminal.line("\(account): \(what)") })
    }

    private func url() throws -> String {
        if let url = ledgerURL ?? ProcessInfo.processInfo.environment["FARTHING_LEDGER_DB"] {
            return url
        }
        return try StackEnvironment(file: StackFolder.nearest().environmentFile).ledgerDatabase
    }
}
