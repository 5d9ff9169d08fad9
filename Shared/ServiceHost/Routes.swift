public import Contracts
public import Postgres

/// A service's contents page: what it answers over HTTP, what it consumes, what it does by itself.
///
/// ```swift
/// try await host.serve { routes in
///     routes.post("/v1/accounts", operation: "ledger.open-account", scope: .ledgerWrite) {
///         try OpenAccount.handle($0, $1, $2)
///     }
///     routes.get("/v1/accounts/{id}", scope: .ledgerRead) { scope, tx in … }
///     routes.consume(.ledgerCommands, operation: "ledger.commands") { commands, tx in … }
/// }
/// ```
public struct Routes {
    /// A state-changing request, inside its transaction. It may run again after a serialization
    /// failure, so it does nothing that a rollback does not undo.
    public typealias PostHandler<Input> =
        @Sendable (Input, RequestScope, borrowing Transaction) throws -> Answer

    /// State-changing requests that arrived together, inside one transaction.
    public typealias BatchHandler<Input> =
        @Sendable ([(input: Input, scope: RequestScope)], borrowing Transaction) throws -> [Answer]

    /// A reading request, inside a read-only transaction.
    public typealias GetHandler = @Sendable (RequestScope, borrowing Transaction) throws -> Answer

    /// Answers for a resource that was left pending, waiting as long as
    /// `RequestScope.preferWaitSeconds` says. Must not answer `pending`. What is fresh was left
    /// pending by this very request: it needs no look to know that it is not over yet.
    public typealias Completion =
        @Sendable (_ resource: String, RequestScope, _ isFresh: Bool) async throws -> Answer

    /// A batch of fresh messages, in order, inside one transaction. It may run again, in parts:
    /// what it throws sets the message that made it throw aside.
    public typealias Consumption = @Sendable ([Envelope], borrowing Transaction) throws -> Void

    let host: HTTPEdge
    private(set) var endpoints: [Endpoint] = []
    private var description: [UInt8]?
    private(set) var document: OpenAPIDocument?
    private(set) var consumptions: [ConsumedTopic] = []
    private(set) var backgrounds: [Background] = []
    private(set) var sealedKinds: [SealedKind] = [AuditTrail.sealedKind]

    init(host: HTTPEdge) {
        self.host = host
    }

    // MARK: HTTP

    /// Describes the routes by an OpenAPI 3.1 document, which is served at `/openapi.json` together
    /// with what all hosts have in common.
    public mutating func describe(by document: [UInt8]) {
        description = document
    }

    /// Adds a state-changing POST. It requires an `Idempotency-Key`, and the key's row goes with
    /// the handler's transaction.
    ///
    /// - Parameters:
    ///   - path: `/v1/holds/{id}/void`; what is in braces is `RequestScope.parameter`.
    ///   - operation: names the idempotency keys' scope and the failpoints
    ///     (`<operation>.before-commit`, `.after-commit`): `ledger.void-hold`.
    ///   - bodyLimit: the largest body that is read, in bytes.
    ///   - atOnce: how many of a tenant's requests have a transaction at the same time, the others
    ///     waiting their turn without one; as many as there are connections unless given.
    public mutating func post<Input: Codable & Sendable>(
        _ path: String, operation: String, scope: Scope, bodyLimit: Int = 64 * 1024,
        atOnce: Int? = nil, handler: @escaping PostHandler<Input>
    ) {
        endpoints.append(
            Endpoint(
                post: path, operation: operation, scope: scope, edge: host, bodyLimit: bodyLimit,
                turns: atOnce.map { Turns("requests of \(operation)", atOnce: $0) },
                handler: handler, completion: nil))
    }

    /// Adds a state-changing POST that may answer `.pending`: the transaction is committed first,
    /// and `completion` answers after it.
    public mutating func post<Input: Codable & Sendable>(
        _ path: String, operation: String, scope: Scope, handler: @escaping PostHandler<Input>,
        completion: @escaping Completion
    ) {
        endpoints.append(
            Endpoint(
                post: path, operation: operation, scope: scope, edge: host, handler: handler,
                completion: completion))
    }

    /// Adds a state-changing POST whose requests are handled together when they arrive together.
    ///
    /// The handler gives an answer for each request, in order; one that is refused must have
    /// written nothing. If it throws, each request of the batch is handled alone. Where it may
    /// answer `.pending`, `completion` answers after the commit.
    public mutating func post<Input: Codable & Sendable>(
        _ path: String, operation: String, scope: Scope,
        together handler: @escaping BatchHandler<Input>, completion: Completion? = nil
    ) {
        let gathering = Gathering(
            database: host.database, operation: operation, limits: GatheringLimits(),
            handler: handler)
        endpoints.append(
            Endpoint(
                post: path, operation: operation, scope: scope, edge: host, gathering: gathering,
                completion: completion))
    }

    /// Adds a GET. One that `locks` rows, to wait for those who are changing them, cannot run in a
    /// read-only transaction.
    public mutating func get(
        _ path: String, scope: Scope, locks: Bool = false, handler: @escaping GetHandler
    ) {
        endpoints.append(
            Endpoint(get: path, scope: scope, locks: locks, edge: host, handler: handler))
    }

    // MARK: Kafka

    /// Consumes a topic: each batch in one transaction, each message once.
    ///
    /// - Parameters:
    ///   - group: the consumer group; the service's name unless given. Topics of one group share
    ///     one loop.
    ///   - operation: names the failpoints: `ledger.commands`.
    ///   - afterCommit: called after each commit, to wake whoever waits for its outcome.
    public mutating func consume(
        _ topic: String, group: String? = nil, operation: String,
        handler: @escaping Consumption, afterCommit: (@Sendable () -> Void)? = nil
    ) {
        consumptions.append(
            ConsumedTopic(
                topic: topic, group: group ?? host.service, operation: operation,
                handler: handler, afterCommit: afterCommit))
    }

    /// Consumes a topic: each batch in one transaction, each message once.
    public mutating func consume(
        _ topic: Topic, group: String? = nil, operation: String,
        handler: @escaping Consumption, afterCommit: (@Sendable () -> Void)? = nil
    ) {
        consume(
            topic.rawValue, group: group, operation: operation, handler: handler,
            afterCommit: afterCommit)
    }

    // MARK: Sealing

    /// Seals rows of the service's own beside its audit trail.
    public mutating func seal(_ kinds: [SealedKind]) {
        sealedKinds += kinds
    }

    // MARK: By itself

    /// Runs something for as long as the process lives. It is cancelled at shutdown, and started
    /// again, with a pause, if it throws.
    public mutating func background(
        _ name: String, _ run: @escaping @Sendable () async throws -> Void
    ) {
        backgrounds.append(Background(name: name, logger: host.logger, body: run))
    }

    /// Runs something again and again, `interval` after it ended. What it throws is logged and
    /// counted; the next round comes all the same.
    public mutating func every(
        _ interval: Duration, _ name: String,
        _ run: @escaping @Sendable () async throws -> Void
    ) {
        backgrounds.append(
            Background(name: name, logger: host.logger, every: interval, body: run))
    }

    /// Registers a gauge that is read at each scrape of `/metrics`.
    public func gauge(
        _ name: String, help: String, read: @escaping @Sendable () -> Int
    ) {
        Telemetry.registry.sample(name, help: help) { Double(read()) }
    }

    // MARK: What every host answers

    /// Adds the audit trail, the dead letters of what is consumed, and the document. Throws
    /// `HostError` for a document that is not JSON.
    mutating func complete() throws(HostError) {
        AuditDesk(sealedKinds).add(to: &self)
        if !consumptions.isEmpty { DeadLetterDesk(consumptions).add(to: &self) }
        guard let description else { return }
        let paths = Probes.paths.union(endpoints.map(\.path)).union([OpenAPIDocument.path])
        do {
            let document = try OpenAPIDocument(description, answering: paths)
            self.document = document
            for index in endpoints.indices {
                endpoints[index].queryParameters = document.queryParameters(of: endpoints[index])
            }
            endpoints.append(document.endpoint)
        } catch {
            throw HostError(.misuse, "the OpenAPI document of \(host.service) is no JSON: \(error)")
        }
    }
}
