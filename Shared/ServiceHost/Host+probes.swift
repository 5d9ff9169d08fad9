public import Logging
import ServiceLifecycle

extension Host {
    /// The life of a process that answers no business requests: `/livez`, `/readyz`, `/metrics`
    /// and what it does in the background, until SIGTERM or SIGINT.
    ///
    /// - Parameters:
    ///   - ready: what is wrong, or `nil`.
    ///   - health: the answer to `/health`, in words.
    ///   - background: cancelled at shutdown; started again, with a pause, if it throws.
    ///
    /// Throws `HostError` `.portTaken`.
    public static func serveProbes(
        host: String = "127.0.0.1", port: Int, logger: Logger,
        ready: @escaping @Sendable () async -> String?,
        health: (@Sendable () -> String)? = nil,
        background: [(name: String, run: @Sendable () async throws -> Void)]
    ) async throws {
        let server = HTTPServer(
            host: host, port: port, logger: logger,
            endpoints: health.map { [Probes.health($0)] } ?? [],
            readiness: Readiness(check: ready), listening: { _ in })
        let work = background.map { Background(name: $0.name, logger: logger, body: $0.run) }
        try await Process.run(work + [server], logger: logger)
    }
}
