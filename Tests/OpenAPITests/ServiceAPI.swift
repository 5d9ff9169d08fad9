import HTTPTypes
import Logging
import Postgres
import Testing

@testable import Billing
@testable import Ledger
@testable import Payment
@testable import ServiceHost

/// The services that have an API, each as its program would serve it.
enum ServiceAPI: String, CaseIterable, Sendable {
    case ledger, billing, payment

    /// Its routes, with all that its host adds. Nothing of it is connected to anything.
    func routes() async throws -> Routes {
        let logger = Logger(label: "openapi-tests")
        let database = try Database(
            Database.Configuration(url: "postgres://nobody@127.0.0.1:1/none"), logger: logger)
        var routes = Routes(
            host: HTTPEdge(
                service: rawValue, database: database, logger: logger,
                authenticator: try await Authenticator(
                    TokenTrust(keys: .secret(String(repeating: "nobody", count: 8))),
                    logger: logger)))
        switch self {
        case .ledger:
            LedgerRoutes.add(to: &routes, database: database, limits: EffectiveLimits())
        case .billing: Billing.add(to: &routes)
        case .payment:
            Payments(patience: Patience(), database: database, logger: logger)
                .register(in: &routes)
        }
        try routes.complete()
        await database.close()
        return routes
    }

    /// Each of its routes as `GET /v1/accounts`.
    func answered() async throws -> Set<String> {
        Set(try await routes().endpoints.map { "\($0.method.rawValue) \($0.path)" })
    }

    /// The document that it serves, read once for all tests.
    func document() async throws -> Document {
        try await #require(Self.documents[self]).value
    }

    private static let documents = Dictionary(
        uniqueKeysWithValues: allCases.map { service in
            let reading = Task {
                try Document(try #require(try await service.routes().document).bytes)
            }
            return (service, reading)
        })
}
