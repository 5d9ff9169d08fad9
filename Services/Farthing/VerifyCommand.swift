import ArgumentParser
import FoundationEssentials
import LocalStack

/// `farthing verify`: are the books right?
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks every invariant over the three databases.",
        discussion: """
            Exits with 0 if nothing is wrong, with 1 and one line for each thing that is, and with 2
            if it could not look.
            Of a local stack, the seals of its audit trails are verified too.
            The databases are taken from the options, else from FARTHING_PAYMENT_DB,
            FARTHING_BILLING_DB and FARTHING_LEDGER_DB, else from .farthing/stack.env.
            """)

    @Flag(help: "The system runs: leave out what is only true of a system at rest.")
    var live = false

    @Option(help: "Wait at most this many seconds until every payment has ended.")
    var wait: Int = 0

    @Option(name: .customLong("payment-db"), help: "URL of the payment database.")
    var paymentURL: String?

    @Option(name: .customLong("billing-db"), help: "URL of the billing database.")
    var billingURL: String?

    @Option(name: .customLong("ledger-db"), help: "URL of the ledger database.")
    var ledgerURL: String?

    func run() async throws {
        let terminal = Terminal()
        let findings: Findings
        do {
            findings = try await verify()
        } catch {
            terminal.error("farthing: cannot verify: \(error)")
            throw ExitCode(2)
        }
        terminal.line(findings.description)
        if !findings.isEmpty { throw ExitCode(1) }
    }

    private func verify() async throws -> Findings {
        let databases = try databases()
        let verifier = Verifier(databases, mode: live ? .live : .atRest)
        // If time is up first, verify() names what is still under way.
        if wait > 0 { _ = try await verifier.waitUntilQuiet(upTo: .seconds(wait)) }
        let findings = try await verifier.verify()
        guard let stack = stack(with: databases) else { return findings }
        let seals = StackSeals(stack, binaries: StackOptions.ownDirectory)
        return findings.adding(try await seals.findings())
    }

    /// The local stack, if these are its databases: its keys are at hand.
    private func stack(with databases: Verifier.Databases) -> StackEnvironment? {
        let file = StackFolder.nearest().environmentFile
        guard let stack = try? StackEnvironment(file: file),
            stack.ledgerDatabase == databases.ledger, stack.billingDatabase == databases.billing,
            stack.paymentDatabase == databases.payment
        else { return nil }
        return stack
    }

    private func databases() throws -> Verifier.Databases {
        Verifier.Databases(
            payment: try url(paymentURL, "FARTHING_PAYMENT_DB", \.paymentDatabase),
            billing: try url(billingURL, "FARTHING_BILLING_DB", \.billingDatabase),
            ledger: try url(ledgerURL, "FARTHING_LEDGER_DB", \.ledgerDatabase))
    }

    private func url(
        _ option: String?, _ variable: String, _ field: KeyPath<StackEnvironment, String>
    ) throws -> String {
        if let url = option ?? ProcessInfo.processInfo.environment[variable] { return url }
        return try StackEnvironment(file: StackFolder.nearest().environmentFile)[keyPath: field]
    }
}
