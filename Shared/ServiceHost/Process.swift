import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until a signal ends the process, or one of them fails.
enum Process {
    /// How long requests and batches in hand may take to finish. Kubernetes kills after 30 s.
    private static let patience = Duration.seconds(25)

    /// Returns after a signal, when every service has finished what it had in hand. Throws what
    /// the first failing service threw.
    static func run(
        _ services: [any Service], stopOn signals: [UnixSignal] = [.sigterm, .sigint],
        logger: Logger
    ) async throws {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: signals, logger: quiet)
        configuration.maximumGracefulShutdownDuration = patience
        try await ServiceGroup(configuration: configuration).run()
    }
}
