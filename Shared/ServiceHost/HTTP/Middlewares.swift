import HTTPTypes
import Hummingbird
import Logging
import Metrics

/// Gives every request an id and a trace, takes over those the caller sent, and says the id in
/// the answer.
struct RequestIdentity: RouterMiddleware {
    typealias Context = HostContext
    let logger: Logger

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = RequestIdentifier.accepted(request.headers[.requestID])
        context.traceparent = TraceParent.accepted(request.headers[.traceparent])
        context.logger = logger
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        return response
    }
}

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

/// Turns whatever is thrown into a problem document.
struct ProblemRendering: RouterMiddleware {
    typealias Context = HostContext

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem.telling(error)
            if problem.status >= 500 {
                context.logger.error(
                    "failed", metadata: ["code": "\(problem.code)", "error": "\(error)"])
            }
            return Response(problem, requestID: context.requestID)
        }
    }
}

/// `X-Request-Id`.
enum RequestIdentifier {
    /// The caller's if it is fit to be logged and echoed, else a new one.
    static func accepted(_ header: String?) -> String {
        if let header, isSane(header) { return header }
        return fresh()
    }

    static func isSane(_ header: String) -> Bool {
        (1...128).contains(header.utf8.count)
            && header.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    private static func fresh() -> String {
        "req_" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
