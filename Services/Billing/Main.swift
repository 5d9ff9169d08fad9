import ArgumentParser
import Postgres
import ServiceHost

/// The billing service: customers, fee plans, invoices.
@main
struct BillingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "billing", abstract: "Farthing's billing service.",
        subcommands: [Serve.self, Migrate.self, Audit.self], defaultSubcommand: Serve.self)

    static let migrations: [MigrationSet] = Billing.migrations

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer requests and commands until told to stop.")

        func run() async throws {
            let host = try Host(
                "billing", configuration: .fromEnvironment(service: "billing"),
                migrations: BillingCommand.migrations)
            try await host.serve { routes in Billing.add(to: &routes) }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the database's schema up to date, as its owner.")

        func run() async throws {
            try await Host.migrate("billing", BillingCommand.migrations)
        }
    }

    /// For `farthing audit`, which reads what only the service knows how to.
    struct Audit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Exports or proves what DATABASE_URL has sealed.", shouldDisplay: false)

        @Argument(parsing: .captureForPassthrough)
        var words: [String] = []

        func run() async throws { try await Host.audit("billing", words) }
    }
}
