import HTTPTypes
import Hummingbird
import Logging

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
