import Contracts
import Crypto
import HTTPTypes
import Hummingbird
import Postgres

/// One route: a method, a path, and what answers it.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: String
    /// `nil`: whatever there is.
    var queryParameters: QueryParameters?
    private let respond: @Sendable (Request, HostContext) async throws -> Response

    init(
        method: HTTPRequest.Method, path: String,
        respond: @escaping @Sendable (Request, HostContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.respond = respond
    }

    func answer(_ request: Request, _ context: HostContext) async throws -> Response {
        var context = context
        context.queryParameters = queryParameters
        return try await respond(request, context)
    }

    /// Token, then a transaction, read-only unless it locks.
    init(
        get path: String, scope required: Scope, locks: Bool, edge: HTTPEdge,
        handler: @escaping Routes.GetHandler
    ) {
        self.init(method: .get, path: path) { request, context in
            let scope = try await edge.scope(of: request, context, allowed: required)
            let read: @Sendable (borrowing Transaction) throws -> KeptAnswer = { tx in
                let answer = try handler(scope, tx)
                if let problem = answer.problem { throw problem }
                return try KeptAnswer(answer, requestID: scope.requestID)
            }
            return Response(
                locks
                    ? try await edge.database.transaction(read)
                    : try await edge.database.read(read))
        }
    }

    /// Token, idempotency key, body, and only then a transaction: what is refused at the edge
    /// costs the database nothing.
    init<Input: Codable & Sendable>(
        post path: String, operation: String, scope required: Scope, edge: HTTPEdge,
        bodyLimit: Int = JSONBody.limit, turns: Turns? = nil,
        handler: @escaping Routes.PostHandler<Input>, completion: Routes.Completion?
    ) {
        self.init(method: .post, path: path) { request, context in
            let scope = try await edge.scope(of: request, context, allowed: required)
            let (input, once) = try await IdempotentRequest.read(
                Input.self, from: request, upTo: bodyLimit, operation: operation, scope)
            let perform: Turns.Job = {
                try await once.perform(in: edge.database, scope) { tx in
                    try handler(input, scope, tx)
                }
            }
            let outcome =
                if let turns {
                    try await turns.take(by: scope.tenant, perform)
                } else {
                    try await perform()
                }
            return try await edge.finish(outcome, of: once, scope, completion)
        }
    }

    /// Token, idempotency key, body; the transaction is shared with whoever came along.
    init<Input: Codable & Sendable>(
        post path: String, operation: String, scope required: Scope, edge: HTTPEdge,
        gathering: Gathering<Input>, completion: Routes.Completion?
    ) {
        self.init(method: .post, path: path) { request, context in
            let scope = try await edge.scope(of: request, context, allowed: required)
            let (input, once) = try await IdempotentRequest.read(
                Input.self, from: request, upTo: JSONBody.limit, operation: operation, scope)
            let outcome = try await gathering.perform(
                Gathering.Request(once: once, input: input, scope: scope))
            return try await edge.finish(outcome, of: once, scope, completion)
        }
    }
}

extension IdempotentRequest {
    /// Reads the key and the body of a request. Throws what either lacks, as a problem.
    fileprivate static func read<Input: Codable>(
        _ type: Input.Type, from request: Request, upTo limit: Int, operation: String,
        _ scope: RequestScope
    ) async throws -> (Input, IdempotentRequest) {
        let key = try IdempotencyKey(header: request.headers[.idempotencyKey])
        let input = try await JSONBody.read(type, from: request, upTo: limit)
        let once = IdempotentRequest(
            tenant: scope.tenant, operation: operation, key: key.value,
            hash: try hash(of: input, at: request.uri.path))
        return (input, once)
    }

    /// SHA-256 of what a request asks for, at that path. Throws `EncodingError`.
    static func hash(of input: some Encodable, at path: String) throws -> [UInt8] {
        Array(SHA256.hash(data: Array(path.utf8) + [0] + (try WireJSON.encode(input))))
    }
}

extension HTTPEdge {
    /// Turns the outcome of the transaction into a response; waits for what is pending.
    fileprivate func finish(
        _ outcome: IdempotentRequest.Outcome, of request: IdempotentRequest,
        _ scope: RequestScope, _ completion: Routes.Completion?
    ) async throws -> Response {
        var response: Response
        let replayed: Bool
        switch outcome {
        case .answered(let answer, let again):
            response = Response(answer)
            replayed = again
        case .pending(let resource, let again):
            guard let completion else {
                throw HostError(.misuse, "\(request.operation) answered pending, uncompleted")
            }
            let answer = try await request.complete(keeping: completed, scope) {
                try await completion(resource, scope, !again)
            }
            response = Response(answer)
            replayed = again
            if let seconds = scope.preferWaitSeconds {
                response.headers[.preferenceApplied] = "wait=\(seconds)"
            }
        }
        if replayed { response.headers[.idempotentReplayed] = "true" }
        return response
    }
}
