import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres

/// What every endpoint of a service needs to answer a request.
struct HTTPEdge: Sendable {
    let service: String
    let database: Database
    let logger: Logger
    let authenticator: Authenticator
    let completed: CompletedRequest.Queue

    init(service: String, database: Database, logger: Logger, authenticator: Authenticator) {
        self.service = service
        self.database = database
        self.logger = logger
        self.authenticator = authenticator
        completed = CompletedRequest.queue(in: database)
    }

    /// Who asks, and whether the token allows it. Throws 401, 403, and 400 for a query string
    /// that cannot be read or names what the route has not.
    func scope(
        of request: Request, _ context: HostContext, allowed scope: Scope
    ) async throws -> RequestScope {
        let caller = try await authenticator.caller(of: request.headers[.authorization])
        try caller.require(scope)
        let query = try QueryString.items(request.uri.query)
        try context.queryParameters?.check(query)
        return RequestScope(
            tenant: caller.tenant, actor: caller.subject, scopes: caller.scopes,
            requestID: context.requestID, traceparent: context.traceparent,
            preferWaitSeconds: PreferWait.seconds(request.headers[.prefer]),
            parameters: Dictionary(
                context.parameters.map { (String($0.key), String($0.value)) }
            ) { first, _ in first },
            query: query)
    }
}

extension Response {
    /// Sends an answer's bytes.
    init(_ answer: KeptAnswer) {
        self.init(
            status: .init(code: answer.status),
            headers: [
                .contentType: answer.isProblem
                    ? MediaTypes.problem : answer.mediaType ?? MediaTypes.json
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        if let location = answer.location { headers[.location] = location }
    }

    /// Sends a problem.
    init(_ problem: Problem, requestID: String) {
        self.init(KeptAnswer(problem, requestID: requestID))
        headers.append(contentsOf: problem.headers)
        if let seconds = problem.retryAfter { headers[.retryAfter] = String(seconds) }
    }
}

enum MediaTypes {
    static let json = "application/json"
    static let problem = "application/problem+json"
}

extension HTTPField.Name {
    static let requestID = Self("X-Request-Id")!
    static let traceparent = Self("traceparent")!
    static let idempotencyKey = Self("Idempotency-Key")!
    static let idempotentReplayed = Self("Idempotent-Replayed")!
    static let prefer = Self("Prefer")!
    static let preferenceApplied = Self("Preference-Applied")!
}
