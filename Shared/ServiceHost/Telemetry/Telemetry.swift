import CoreMetrics
import FoundationEssentials
public import Logging

/// Logging and metrics of a process.
public enum Telemetry {
    /// What `/metrics` renders.
    static let registry = MetricsRegistry()

    /// Both systems may be bootstrapped once a process; tests make several hosts in one.
    private static let metrics: Void = {
        MetricsSystem.bootstrap(PrometheusFactory(registry: registry))
        let start = Date().timeIntervalSince1970
        registry.sample(
            "process_start_time_seconds", help: "Unix time at which the process began."
        ) { start }
        registry.describe(
            "http_requests_total", help: "Requests answered, by method, route and status.")
        registry.describe(
            "http_request_duration_seconds", help: "Time from request to answer.")
        registry.describe(
            "consumer_messages_total", help: "Messages taken from a topic, by what became of them.")
        registry.describe(
            "consumer_batch_duration_seconds", help: "Time from a batch's arrival to its commit.")
        registry.describe(
            "consumer_retries_total", help: "Batches that were begun again after an error.")
        registry.describe(
            "background_failures_total", help: "Rounds of background work that threw.")
    }()

    /// Starts the metrics of this process, names it in them, and makes its logger: logfmt lines
    /// on stderr.
    public static func start(_ service: String, level: Logger.Level) -> Logger {
        _ = metrics
        registry.sample(
            "farthing_build_info", help: "What is running.",
            labels: [("service", service), ("swift", swiftVersion)]
        ) { 1 }
        return Logger(label: "farthing.\(service)") { _ in
            LogLines(service: service, level: level)
        }
    }

    private static var swiftVersion: String {
        #if compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
