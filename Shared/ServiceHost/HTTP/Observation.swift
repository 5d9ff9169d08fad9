import HTTPTypes
import Hummingbird
import Logging
import Metrics

/// Counts, times and logs every request.
struct Observation: RouterMiddleware {
    typealias Context = HostContext

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = ContinuousClock.now - start
        let route = context.endpointPath ?? "unmatched"
        record(request, response, route: route, duration)
        context.logger.log(
            level: level(of: response, route), "request",
            metadata: [
                "method": "\(request.method.rawValue)",
                "path": "\(request.uri.path)",
                "status": "\(response.status.code)",
                "us": "\(duration.microseconds)",
            ])
        return response
    }

    /// Probes come every few seconds and say nothing while they succeed.
    private func level(of response: Response, _ route: String) -> Logger.Level {
        if response.status.code >= 500 { return .error }
        return Probes.paths.contains(route) ? .debug : .info
    }

    private func record(
        _ request: Request, _ response: Response, route: String, _ duration: Duration
    ) {
        let method = Self.methods.contains(request.method) ? request.method.rawValue : "other"
        Counter(
            label: "http_requests_total",
            dimensions: [
                ("method", method), ("route", route), ("status", "\(response.status.code)"),
            ]
        ).increment()
        Timer(
            label: "http_request_duration_seconds",
            dimensions: [("method", method), ("route", route)]
        ).recordNanoseconds(duration.microseconds * 1000)
    }

    /// A method is the caller's free choice; the number of time series must not be.
    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
