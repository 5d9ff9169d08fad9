import ArgumentParser
import FoundationEssentials
import Outbox
import Postgres
import ServiceHost

/// The ledger service: accounts, holds and transfers, and their invariants.
@main
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Keeps accounts, holds and transfers.",
        subcommands: [Serve.self, Migrate.self, Audit.self], defaultSubcommand: Serve.self)

    static let service = "ledger"

    /// What the ledger's database is made of, in the order that it is made.
    static let migrations = [
        OutboxSchema.migrations,
        HostSchema.migrations,
        MigrationSet(
            component: "ledger",
            [
                Migration(version: 1, name: "ledger", sql: PackageResources.V0001_ledger_sql),
                Migration(
                    version: 2, name: "reversals", sql: PackageResources.V0002_reversals_sql),
                Migration(
                    version: 3, name: "reversals_by_statement",
                    sql: PackageResources.V0003_reversals_by_statement_sql),
                Migration(version: 4, name: "time", sql: PackageResources.V0004_time_sql),
                Migration(
                    version: 5, name: "remainders", sql: PackageResources.V0005_remainders_sql),
                Migration(version: 10, name: "sealing", sql: PackageResources.V0010_sealing_sql),
                Migration(
                    version: 11, name: "posting_at_once",
                    sql: PackageResources.V0011_posting_at_once_sql),
                Migration(
                    version: 12, name: "checks_in_step",
                    sql: PackageResources.V0012_checks_in_step_sql),
                Migration(
                    version: 13, name: "transfers_tell_who",
                    sql: PackageResources.V0013_transfers_tell_who_sql),
                Migration(
                    version: 14, name: "entries_checked_once",
                    sql: PackageResources.V0014_entries_checked_once_sql),
                Migration(
                    version: 15, name: "transfers_looked_up",
                    sql: PackageResources.V0015_transfers_looked_up_sql),
                Migration(
                    version: 16, name: "posted_through_one_door",
                    sql: PackageResources.V0016_posted_through_one_door_sql),
                Migration(
                    version: 17, name: "await_writers",
                    sql: PackageResources.V0017_await_writers_sql),
                Migration(
                    version: 18, name: "displaced_sums",
                    sql: PackageResources.V0018_displaced_sums_sql),
                Migration(
                    version: 19, name: "remainders_indexed",
                    sql: PackageResources.V0019_remainders_indexed_sql),
                Migration(
                    version: 20, name: "updated_in_place",
                    sql: PackageResources.V0020_updated_in_place_sql),
                Migration(
                    version: 21, name: "said_by_the_row",
                    sql: PackageResources.V0021_said_by_the_row_sql),
            ]),
    ]

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Serves until SIGTERM.")

        func run() async throws {
            let host = try Host(
                service, configuration: .fromEnvironment(service: service),
                migrations: migrations)
            let limits = try EffectiveLimits(environment: ProcessInfo.processInfo.environment)
            try await host.serve { routes in
                LedgerRoutes.add(to: &routes, database: host.database, limits: limits)
            }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings the database named by MIGRATION_DATABASE_URL up to date.")

        func run() async throws {
            try await Host.migrate(service, migrations)
        }
    }

    /// For `farthing audit`, which reads what only the service knows how to.
    struct Audit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Exports or proves what DATABASE_URL has sealed.", shouldDisplay: false)

        @Argument(parsing: .captureForPassthrough)
        var words: [String] = []

        func run() async throws {
            try await Host.audit(service, sealing: LedgerSealing.kinds, words)
        }
    }
}
