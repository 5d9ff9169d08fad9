import Contracts
import Crypto
import HTTPTypes
import Hummingbird
import Postgres

/// One route: a method, a path, and what answers it.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let respond: @Sendable (Request, HostContext) async throws -> Response

    init(
        method: HTTPRequest.Method, path: String,
        respond: @escaping @Sendable (Request, HostContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.respond = respond
    }

    /// Token, then a read-only transaction.
    init(
        get path: String, scope required: Scope, edge: HTTPEdge,
        handler: @escaping Routes.GetHandler
    ) {
        self.init(method: .get, path: path) { request, context in
            let scope = try await edge.scope(of: request, context, allowed: required)
            let answer = try await edge.database.read { tx in
                try StoredAnswer(handler(scope, tx), requestID: scope.requestID)
            }
            return Response(answer)
        }
    }

    /// Token, idempotency key, body, and only then a transaction: what is refused at the edge
    /// costs the database nothing.
    init<Input: Codable & Sendable>(
        post path: String, operation: String, scope required: Scope, edge: HTTPEdge,
        handler: @escaping Routes.PostHandler<Input>, completion: Routes.Completion?
    ) {
        self.init(method: .post, path: path) { request, context in
            let scope = try await edge.scope(of: request, context, allowed: required)
            let key = try IdempotencyKey(header: request.headers[.idempotencyKey])
            let input = try await JSONBody.read(Input.self, from: request)
            let once = IdempotentRequest(
                tenant: scope.tenant, operation: operation, key: key.value,
                hash: Array(
                    SHA256.hash(
                        data: Array(request.uri.path.utf8) + [0] + (try WireJSON.encode(input)))))
            let outcome = try await once.perform(in: edge.database, scope) { tx in
                try handler(input, scope, tx)
            }
            return try await edge.finish(outcome, of: once, scope, completion)
        }
    }
}

extension StoredAnswer {
    /// The bytes of a reading handler's answer. Throws the problem it answered, if it did.
    fileprivate init(_ answer: Answer, requestID: String) throws {
        switch answer.content {
        case .body(let status, let location, let value):
            try self.init(status: status, location: location, value: value)
        case .problem(let problem): throw problem
        case .pending(let resource):
            throw HostError(.misuse, "a GET answered pending for \(resource)")
        }
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
            let answer = try await request.complete(in: database, scope) {
                try await completion(resource, scope)
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
