import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import LocalStack

/// How an operator's command reaches the services: by its options, else by what a sourced
/// `stack.env` left in the environment, else by the local stack's own `stack.env`.
struct ServiceAccess: ParsableArguments {
    @Option(help: "Base URL of the service, instead of that of the local stack.")
    var url: String?

    @Option(help: "Bearer token with the scope operator, instead of FARTHING_TOKEN.")
    var token: String?

    @Flag(help: "Print what the service answers, as it stands.")
    var json = false

    /// A client of one of the services. Throws `OperatorError`.
    func client(_ service: String) throws -> APIClient {
        try ServiceName.check(service)
        let variable = "FARTHING_\(service.uppercased())_URL"
        var client = APIClient(
            baseURL: try url ?? Self.value(variable) { $0.url(of: service) },
            token: try token ?? Self.value("FARTHING_TOKEN") { $0.token }, timeout: .seconds(30))
        client.http = Self.http
        return client
    }

    /// A person waits: a service that is not there is told at once, and not waited for. Lives as
    /// long as the program.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private static func value(
        _ variable: String, _ read: (StackEnvironment) -> String
    ) throws -> String {
        if let value = ProcessInfo.processInfo.environment[variable] { return value }
        do {
            return read(try StackEnvironment(file: StackFolder.nearest().environmentFile))
        } catch {
            throw OperatorError("\(error); \(variable) is not set either")
        }
    }
}

extension StackEnvironment {
    fileprivate func url(of service: String) -> String {
        switch service {
        case "payment": paymentURL
        case "billing": billingURL
        default: ledgerURL
        }
    }
}

/// Why an operator's command did nothing, in one line.
struct OperatorError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension ParsableCommand {
    /// Runs `body`; what it throws becomes one line and an exit status of 1.
    func reporting(_ body: (Terminal) async throws -> Void) async throws {
        let terminal = Terminal()
        do {
            try await body(terminal)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            terminal.error("farthing: \(error)")
            throw ExitCode.failure
        }
    }
}

extension APIClient {
    /// Reads a resource. Throws `OperatorError` with what the service refuses it for.
    func read(_ path: String, _ parameters: [(name: String, value: String?)] = []) async throws
        -> Answer
    {
        let query = parameters.compactMap { name, value in
            value.map { "\(name)=\($0.percentEncoded)" }
        }
        let suffix = query.isEmpty ? "" : "?" + query.joined(separator: "&")
        return try await accepted { try await get(path + suffix) }
    }

    /// Has something done. Throws `OperatorError` with what the service refuses it for.
    func order(_ path: String, _ body: JSON = .object([:])) async throws -> Answer {
        try await accepted { try await post(path, body) }
    }

    private func accepted(_ ask: () async throws -> Answer) async throws -> Answer {
        let answer: Answer
        do {
            answer = try await ask()
        } catch {
            throw OperatorError("\(baseURL) does not answer: is the stack up?")
        }
        guard (200..<300).contains(answer.status) else {
            let problem = answer.body
            let detail = problem["detail"].string ?? problem["title"].string ?? "no reason given"
            throw OperatorError("\(problem["code"].string ?? "\(answer.status)"): \(detail)")
        }
        return answer
    }
}

extension String {
    /// As a value in a query (RFC 3986 §2.3: all but the unreserved characters are escaped).
    fileprivate var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += "%" + (byte < 16 ? "0" : "") + hex
            }
        }
        return text
    }
}
