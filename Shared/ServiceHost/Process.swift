import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// Runs services until a signal ends the process, or one of them fails.
enum Process {
    /// Longer than a request may wait and a statement may run together is not worth it: whoever
    /// stops us would lose patience (Kubernetes: 30 s).
    private static let patience = Duration.seconds(25)

    /// Throws what the first failing service threw, as one line where its cause is well known.
    static func run(_ services: [any Service], logger: Logger) async throws {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = patience
        try await ServiceGroup(configuration: configuration).run()
    }
}
