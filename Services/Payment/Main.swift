import ArgumentParser
import FoundationEssentials
import Outbox
import Postgres
import Saga
import ServiceHost

/// The payment service: takes payments in, and runs each one's saga to its end.
@main
struct PaymentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment", abstract: "Takes payments and runs their sagas.",
        subcommands: [Serve.self, Migrate.self, Diagram.self, Audit.self],
        defaultSubcommand: Serve.self)

    static let service = "payment"

    static let migrations = [
        OutboxSchema.migrations,
        HostSchema.migrations,
        SagaSchema.migrations,
        MigrationSet(
            component: "payment",
            [
                Migration(version: 1, name: "payment", sql: PackageResources.V0001_payment_sql),
                Migration(version: 2, name: "refunds", sql: PackageResources.V0002_refunds_sql),
                Migration(
                    version: 3, name: "room_to_end", sql: PackageResources.V0003_room_to_end_sql),
            ]),
    ]

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answers HTTP and the bus until SIGTERM.")

        func run() async throws {
            let host = try Host(
                service, configuration: .fromEnvironment(service: service),
                migrations: migrations)
            let payments = Payments(
                patience: try Patience(environment: ProcessInfo.processInfo.environment),
                database: host.database, logger: host.logger)
            try await host.serve { routes in payments.register(in: &routes) }
        }
    }

    struct Diagram: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draws a saga from its definition, as a Mermaid state diagram.")

        enum Name: String, ExpressibleByArgument, CaseIterable { case payment, refund }

        @Argument(help: "payment or refund.")
        var name = Name.payment

        func run() {
            let plan =
                switch name {
                case .payment: paymentSaga(Patience()).plan
                case .refund: refundSaga(Patience()).plan
                }
            print(plan.diagram)
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings the database's schema up to date.")

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

        func run() async throws { try await Host.audit(service, words) }
    }
}
