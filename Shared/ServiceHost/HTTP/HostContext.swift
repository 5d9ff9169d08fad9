import Hummingbird
import Logging

/// What the middlewares know of a request by the time an endpoint sees it.
struct HostContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by `RequestIdentity`, which comes first.
    var requestID = ""
    var traceparent = ""
    /// Set by the endpoint, which checks the query against them once it knows who asks.
    var queryParameters: QueryParameters?

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
