import Logging
import Metrics
import ServiceLifecycle

/// Work that a service does by itself, until the process ends.
struct Background: Service {
    let name: String
    let logger: Logger
    /// Again and again, this long after it ended; `nil` for work that goes on by itself.
    var every: Duration?
    let body: @Sendable () async throws -> Void

    init(
        name: String, logger: Logger, every: Duration? = nil,
        body: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.logger = logger
        self.every = every
        self.body = body
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            if let every { await repeated(every) } else { await once() }
        }
        // A service that returned would end its group: the others go on.
        try? await gracefulShutdown()
    }

    /// What fails again and again is tried less often.
    private func repeated(_ interval: Duration) async {
        var backoff = Backoff(first: interval)
        while !Task.isCancelled {
            var pause = interval
            do {
                try await body()
                backoff = Backoff(first: interval)
            } catch {
                report(error)
                pause = max(interval, backoff.next())
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func once() async {
        var backoff = Backoff(first: .milliseconds(100))
        while !Task.isCancelled {
            do { return try await body() } catch { report(error) }
            try? await Task.sleep(for: backoff.next())
        }
    }

    private func report(_ error: any Error) {
        if error is CancellationError { return }
        Counter(label: "background_failures_total", dimensions: [("name", name)]).increment()
        logger.warning("\(name) failed", metadata: ["error": "\(error)"])
    }
}
