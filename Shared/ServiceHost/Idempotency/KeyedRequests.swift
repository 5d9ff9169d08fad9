public import Postgres

/// Several requests of one operation, each with an idempotency key of its own, in one transaction:
/// the keys are looked up and written for all of them at once.
public struct KeyedRequests: Sendable {
    /// One request and its key.
    public struct Request: Sendable {
        let tenant: String
        let key: String
        /// SHA-256 of the path and of the body as we understood it.
        let hash: [UInt8]

        init(_ once: IdempotentRequest) {
            tenant = once.tenant
            key = once.key
            hash = once.hash
        }

        /// A request inside another one's body: the same key, sent to `path` by itself, names the
        /// same request. Throws 400 for a key that the header could not be, and `EncodingError`.
        public init(
            tenant: String, key: String?, input: some Encodable, path: String, field: String
        ) throws {
            do {
                self.key = try IdempotencyKey(header: key).value
            } catch var problem {
                problem.field = field
                throw problem
            }
            self.tenant = tenant
            hash = try IdempotentRequest.hash(of: input, at: path)
        }
    }

    /// What is known of a request before it is handled.
    public enum Admission: Sendable {
        case fresh
        /// It was answered before.
        case known(KeptAnswer)
        /// It was committed before, and its answer is still to come.
        case pending(resource: String)
        /// The key is in use, or was used for another request.
        case refused(Problem)

        /// Whether the key's request is under way.
        public var isInProgress: Bool {
            switch self {
            case .fresh, .known: false
            case .pending: true
            case .refused(let problem): problem.code == KeyedRequests.inProgress.code
            }
        }
    }

    /// What becomes of a key with the commit.
    enum Entry: Sendable {
        case answered(KeptAnswer)
        case pending(resource: String)
    }

    /// The refusal of a request whose key is in use.
    public static var inProgress: Problem { IdempotentRequest.inProgress }

    let operation: String
    let requests: [Request]

    /// Requests of the route of that operation.
    public init(operation: String, requests: [Request]) {
        self.operation = operation
        self.requests = requests
    }

    /// Takes the keys for this transaction. The second of two requests with one fresh key finds it
    /// in use; those whose key was answered before are answered, however many they are.
    public func admit(in tx: borrowing Transaction) throws -> [Admission] {
        guard !requests.isEmpty else { return [] }
        let rows = try tx.query(
            HostQueries.admitKeys, operation, requests.map(\.tenant), requests.map(\.key))
        var seen: Set<[String]> = []
        return try zip(requests, rows).map { request, row in
            guard let hash = try row.read(1, as: [UInt8]?.self) else {
                let isFirst = seen.insert([request.tenant, request.key]).inserted
                return try isFirst && row.read(0, as: Bool.self)
                    ? .fresh : .refused(IdempotentRequest.inProgress)
            }
            guard hash == request.hash else { return .refused(IdempotentRequest.reused) }
            guard let status = try row.read(2, as: Int16?.self) else {
                return .pending(resource: try row.read(5))
            }
            return .known(
                KeptAnswer(
                    status: Int(status), location: try row.read(3), body: try row.read(4)))
        }
    }

    /// Queues the rows of the requests that were answered, to go out with the commit. Each answer
    /// stands at its request's place; `nil` is one that was not given. A refusal that another
    /// attempt may not meet, a 400 or a 404, is passed over: it leaves its key unused.
    public func record(_ answers: [KeptAnswer?], in tx: borrowing Transaction) throws {
        try record(entries: answers.map { $0.map { .answered($0) } }, in: tx)
    }

    /// The same, of requests that may be pending.
    func record(entries: [Entry?], in tx: borrowing Transaction) throws {
        let kept = zip(requests, entries).compactMap { request, entry in
            entry.map { (request: request, entry: $0) }
        }.filter { $0.entry.isKept }
        guard !kept.isEmpty else { return }
        try tx.execute(
            HostQueries.insertKeys, operation, kept.map(\.request.tenant),
            kept.map(\.request.key), kept.map(\.request.hash), kept.map(\.entry.resource),
            kept.map { ($0.entry.answer?.status).map(Int16.init) },
            kept.map(\.entry.answer?.location), kept.map(\.entry.answer?.body))
    }
}

extension KeyedRequests.Entry {
    fileprivate var answer: KeptAnswer? {
        if case .answered(let answer) = self { answer } else { nil }
    }

    fileprivate var isKept: Bool {
        answer.map { KeptAnswer.isKept(status: $0.status) } ?? true
    }

    fileprivate var resource: String? {
        if case .pending(let resource) = self { resource } else { nil }
    }
}
