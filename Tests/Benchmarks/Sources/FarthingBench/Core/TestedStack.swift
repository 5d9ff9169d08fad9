import Foundation
import LocalStack

/// The whole system, of release programs, in a folder of this run.
struct TestedStack: Sendable {
    let stack: Stack
    private let directory: String

    /// Starts it and waits until it is ready.
    static func start(_ place: Place, environment: [String: [String: String]] = [:]) async throws
        -> TestedStack
    {
        let directory = try place.folder("stack")
        var configuration = StackConfiguration(directory: directory, binaries: place.binaries)
        configuration.brokerBinary = try await place.broker()
        configuration.environment = environment
        for name in Stack.services + ["relay"] {
            configuration.environment[name, default: [:]]["LOG_LEVEL"] = "warning"
        }
        configuration.diesWithParent = true
        return TestedStack(stack: try await Stack.start(configuration), directory: directory)
    }

    /// Runs `body` on a stack of its own.
    static func with<Value>(
        _ place: Place, environment: [String: [String: String]] = [:],
        _ body: (TestedStack) async throws -> Value
    ) async throws -> Value {
        let tested = try await start(place, environment: environment)
        do {
            let value = try await body(tested)
            await tested.stop()
            return value
        } catch {
            await tested.stop()
            throw error
        }
    }

    func stop() async {
        await stack.stop()
        Stack.removeData(in: directory)
        try? FileManager.default.removeItem(atPath: directory)
    }

    var environment: StackEnvironment { stack.environment }

    /// libpq URL of the superuser for a database on the ledger's server.
    func ledgerServerURL(_ database: String) throws -> String {
        guard var url = URLComponents(string: environment.ledgerDatabase) else {
            throw BenchError("'\(environment.ledgerDatabase)' is no URL of a database")
        }
        url.user = "postgres"
        url.password = try Secrets(file: "\(directory)/secret").secret(for: "postgres")
        url.path = "/\(database)"
        return url.string ?? ""
    }

    /// A POST that this stack will let through.
    func post(_ url: String, _ path: String, headers: [(String, String)] = []) -> PostRequest {
        PostRequest(url: url, path: path, token: environment.token, headers: headers)
    }

    /// Opens accounts that may go as far below zero as there are numbers, so that no transfer
    /// among them is refused; tells their ids.
    func openAccounts(_ count: Int) async throws -> [String] {
        let request = post(environment.ledgerURL, "/v1/accounts")
        let body = """
            {"kind":"liability","currency":"EUR","name":"Wallet","overdraft_limit":99999999999999}
            """
        let run = UInt32.random(in: 0...UInt32.max)
        let load = Load(target: try Target(environment.ledgerURL), connections: 32) {
            request.write("account-\(run)-\($0)", body, to: &$1)
        }
        let result = try await load.run(.requests(count), keepBodies: true)
        guard result.failed == 0 else { throw BenchError(result.firstFailure ?? "refused") }
        return try result.bodies.values.map { text in
            let answer = try JSONDecoder().decode(Opened.self, from: Data(text.utf8))
            return answer.id
        }
    }

    private struct Opened: Decodable { let id: String }

    /// A fee plan, without which no payment succeeds.
    func openFeePlan() async throws {
        let billing = APIClient(baseURL: environment.billingURL, token: environment.token)
        _ = try await billing.post(
            "/v1/fee-plans", ["currency": "EUR", "percent_bp": 150, "fixed": 25, "tax_bp": 2000]
        ).successful()
    }
}
