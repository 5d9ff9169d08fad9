import Farthing
import Postgres
import TestSupport

@testable import Billing
@testable import Ledger
@testable import Payment

/// The databases of the three services, holding the same world.
struct Books: Sendable {
    enum Service: String, CaseIterable, Sendable {
        case payment, billing, ledger

        var migrations: [MigrationSet] {
            switch self {
            case .payment: PaymentCommand.migrations
            case .billing: BillingCommand.migrations
            case .ledger: LedgerCommand.migrations
            }
        }

        var world: String {
            switch self {
            case .payment: World.payment
            case .billing: World.billing
            case .ledger: World.ledger
            }
        }
    }

    private var databases: [Service: TestDatabase] = [:]

    /// Three sound databases of a test's own.
    static func make(_ services: [Service] = Service.allCases) async throws -> Books {
        var books = Books()
        for service in services {
            let database = try await TestDatabase.make(service.migrations)
            books.databases[service] = database
            // Table by table, which the triggers would refuse; the verifier looks at the whole.
            try await books.run(
                "SET session_replication_role = replica; BEGIN; \(service.world) COMMIT;",
                in: service)
        }
        return books
    }

    /// Does to a database what the service's own role could never do.
    ///
    /// As superuser and without triggers, so that neither grants nor constraint triggers help;
    /// they are what the verifier is the second wall behind.
    func damage(_ service: Service, _ sql: String) async throws {
        try await run("SET session_replication_role = replica; \(sql)", in: service)
    }

    /// Verifies, with the databases of `others` in place of those that these books lack.
    func verify(_ mode: Verifier.Mode = .atRest, others: Books? = nil) async throws -> Findings {
        try await verifier(mode, others).verify()
    }

    func waitUntilQuiet(upTo limit: Duration) async throws -> Bool {
        try await verifier(.atRest, nil).waitUntilQuiet(upTo: limit)
    }

    private func verifier(_ mode: Verifier.Mode, _ others: Books?) -> Verifier {
        let books = databases.merging(others?.databases ?? [:]) { own, _ in own }
        func url(_ service: Service) -> String { books[service]?.ownerURL ?? "" }
        return Verifier(
            .init(payment: url(.payment), billing: url(.billing), ledger: url(.ledger)),
            mode: mode)
    }

    /// libpq URL of a database's owner.
    func url(_ service: Service) -> String { databases[service]?.ownerURL ?? "" }

    func drop() async throws {
        for database in databases.values { try await database.drop() }
    }

    private func run(_ sql: String, in service: Service) async throws {
        guard let url = databases[service]?.superuserURL else { return }
        let connection = try Connection(url: url)
        try connection.execute(sql)
    }
}
