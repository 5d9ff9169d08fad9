import LocalStack
import Postgres

/// What one payment writes into each of the three databases, as pgbench scripts.
struct LocalTransactions: Sendable {
    private let parts: [PgBench]

    /// Makes the tables that the scripts write to. Throws `PostgresError`.
    ///
    /// - Parameter seconds: how long each database's part is measured.
    init(_ environment: StackEnvironment, seconds: Int) throws {
        for url in [
            environment.paymentDatabase, environment.billingDatabase, environment.ledgerDatabase,
        ] {
            try Connection(url: url).execute(Script(PackageResources.bare_saga_sql).text)
        }
        parts = [
            (environment.paymentDatabase, PackageResources.saga_payment_sql),
            (environment.billingDatabase, PackageResources.saga_billing_sql),
            (environment.ledgerDatabase, PackageResources.saga_ledger_sql),
        ].map { PgBench(url: $0, script: Script($1), seconds: seconds) }
    }

    /// Payments a second that the three parts allow, if they share the machine: the sum of what
    /// each takes when it has the machine to itself.
    func rate(_ place: Place) async throws -> Double {
        var secondsPerPayment = 0.0
        for part in parts { secondsPerPayment += 1 / (try await part.run(clients: 16, place)) }
        return 1 / secondsPerPayment
    }
}
