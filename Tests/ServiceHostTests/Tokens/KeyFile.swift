import FoundationEssentials
import HTTPTypes
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ServiceHost

/// A JWK set in a file, and an authenticator that trusts it.
struct KeyFile {
    let path: String

    /// Gone when `body` ends.
    static func with(
        _ members: [[String: String]], _ body: (KeyFile) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "farthing-jwks-\(UInt64.random(in: 0...UInt64.max)).json"
        ).path
        let file = KeyFile(path: path)
        try file.write(try jwks(members))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(file)
    }

    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    func authenticator(
        issuer: String? = "https://id.test", audience: String? = "farthing",
        logger: Logger = .quiet
    ) async throws -> Authenticator {
        try await Authenticator(
            TokenTrust(keys: .file(path), issuer: issuer, audience: audience), logger: logger)
    }
}

extension Authenticator {
    /// What is wrong with a token; `nil` if nothing is.
    func fault(of token: String) async -> String? {
        do {
            _ = try await caller(of: "Bearer \(token)")
            return nil
        } catch {
            #expect(error.status == 401)
            #expect(error.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
            return error.detail
        }
    }

    /// Keeps the keys up while `body` runs.
    func keptUp(_ body: () async throws -> Void) async throws {
        let services = background(logger: .quiet)
        let upkeep = Task {
            for service in services { try await service.run() }
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        upkeep.cancel()
        _ = await upkeep.result
        try result.get()
    }
}

/// Keeps what is logged.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

    private struct Handler: LogHandler {
        let book: LogBook
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).map { " \($0.key)=\($0.value)" }.sorted().joined()
            book.lines.withLock { $0.append("\(event.level) \(event.message)\(fields)") }
        }
    }
}
