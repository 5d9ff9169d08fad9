import Logging
import Postgres

/// Checks the invariants of the design (§3) over the three services' databases.
///
/// It only reads. What it finds is data, not an error: an error means that it could not look.
public struct Verifier: Sendable {
    /// Where the databases are: libpq URLs of roles that may read everything, such as the owners.
    public struct Databases: Sendable {
        public var payment: String
        public var billing: String
        public var ledger: String

        public init(payment: String, billing: String, ledger: String) {
            self.payment = payment
            self.billing = billing
            self.ledger = ledger
        }
    }

    /// What the system does meanwhile.
    public enum Mode: Sendable {
        /// Nothing: every saga must have ended, and the databases must agree with each other.
        case atRest
        /// It runs: only what is true of each database at any moment is checked.
        case live
    }

    private static let paymentChecks = PaymentChecks.all + RefundChecks.all
    private static let billingChecks = BillingChecks.all + CreditNoteChecks.all
    private static let ledgerChecks =
        LedgerChecks.all + ReversalChecks.all + LedgerTimeChecks.all + SealChecks.ledger

    private let databases: Databases
    private let mode: Mode

    public init(_ databases: Databases, mode: Mode = .atRest) {
        self.databases = databases
        self.mode = mode
    }

    /// Makes all checks. Throws `PostgresError` if a database cannot be read.
    public func verify() async throws -> Findings {
        try await withDatabases { payment, billing, ledger in
            let atRest = mode == .atRest ? PaymentChecks.atRest : []
            async let paymentFindings = findings(
                of: Self.paymentChecks + atRest, in: payment, "payment")
            async let billingFindings = findings(of: Self.billingChecks, in: billing, "billing")
            async let ledgerFindings = findings(of: Self.ledgerChecks, in: ledger, "ledger")
            let found = try await paymentFindings + billingFindings + ledgerFindings

            let checks =
                Self.paymentChecks.count + Self.billingChecks.count + Self.ledgerChecks.count
                + 3 * (EveryDatabaseChecks.all.count + 1)
            guard mode == .atRest else {
                return Findings(findings: found, checks: checks, payments: 0)
            }
            let across = try await CrossDatabaseCheck(
                payment: payment, ledger: ledger, billing: billing
            ).run()
            return Findings(
                findings: found + across.findings,
                checks: checks + atRest.count + CrossDatabaseCheck.checks,
                payments: across.payments)
        }
    }

    /// Waits until no saga is under way; false if some still are when the time is up. A database
    /// that is away may come back meanwhile. Throws `PostgresError` if the payment database cannot
    /// be read, or is still away when the time is up.
    public func waitUntilQuiet(upTo limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        return try await withDatabases { payment, _, _ in
            while true {
                let isOver = ContinuousClock.now >= deadline
                do {
                    if try await sagasUnderWay(in: payment) == 0 { return true }
                    if isOver { return false }
                } catch let error as PostgresError where error.isRetriable && !isOver {}
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func sagasUnderWay(in payment: Database) async throws -> Int64 {
        try await payment.read { tx in
            try tx.query(SagaFactQueries.sagasUnderWay).first.map { try $0.read(0) } ?? 0
        }
    }

    private func findings(
        of checks: [Check], in database: Database, _ name: String
    ) async throws -> [Finding] {
        var findings: [Finding] = []
        for check in checks + EveryDatabaseChecks.all {
            findings += try await database.read { tx in try check.findings(in: name, tx) }
        }
        return try await findings
            + database.read(isolation: .repeatableRead) { tx in
                try SubtreeCheck.findings(in: name, tx)
            }
    }

    /// Opens one connection to each database, and closes them whatever happens.
    private func withDatabases<Value: Sendable>(
        _ body: (_ payment: Database, _ billing: Database, _ ledger: Database) async throws -> Value
    ) async throws -> Value {
        let open = try [databases.payment, databases.billing, databases.ledger].map { url in
            try Database(configuration(url), logger: silent)
        }
        do {
            let value = try await body(open[0], open[1], open[2])
            for database in open { await database.close() }
            return value
        } catch {
            for database in open { await database.close() }
            throw error
        }
    }

    /// What goes wrong is thrown, and told once.
    private let silent = Logger(label: "farthing.verify") { _ in SwiftLogNoOpLogHandler() }

    private func configuration(_ url: String) -> Database.Configuration {
        var configuration = Database.Configuration(url: url)
        configuration.connections = 2
        configuration.applicationName = "farthing verify"
        // A check reads whole tables.
        configuration.statementTimeout = .seconds(1800)
        configuration.replyTimeout = .seconds(1830)
        return configuration
    }
}
