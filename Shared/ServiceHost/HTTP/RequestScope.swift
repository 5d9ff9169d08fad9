public import Contracts

/// Who asks, and for what: all that a handler needs to know of a request beside its body.
public struct RequestScope: Sendable {
    /// Whose rows it may see: the token's `tenant`.
    public let tenant: String
    /// Who asks: the token's `sub`.
    public let actor: String
    /// What the token allows.
    public let scopes: Set<Scope>
    public let requestID: String
    /// W3C Trace Context of the request; made here if the caller sent none.
    public let traceparent: String?
    /// `Prefer: wait=N`: how long the caller would wait for the end, 0…30.
    public let preferWaitSeconds: Int?
    private let parameters: [String: String]
    private let queryItems: [String: String]

    public init(
        tenant: String, actor: String, scopes: Set<Scope> = [], requestID: String,
        traceparent: String? = nil, preferWaitSeconds: Int? = nil,
        parameters: [String: String] = [:], query: [String: String] = [:]
    ) {
        self.tenant = tenant
        self.actor = actor
        self.scopes = scopes
        self.requestID = requestID
        self.traceparent = traceparent
        self.preferWaitSeconds = preferWaitSeconds
        self.parameters = parameters
        self.queryItems = query
    }

    /// A part of the path: `parameter("id")` for `/v1/accounts/{id}`. Throws 404 if it is empty.
    public func parameter(_ name: String) throws(Problem) -> String {
        guard let value = parameters[name], !value.isEmpty else { throw .notFound }
        return value
    }

    /// An id in the path. Throws 404 for what cannot be an id of that kind: nothing has it.
    public func id<Subject>(
        _ name: String = "id", as type: ID<Subject>.Type = ID<Subject>.self
    ) throws(Problem) -> ID<Subject> {
        let text = try parameter(name)
        guard let id = ID<Subject>(text) else {
            throw .notFound(detail: "There is no '\(text.prefix(60))'.")
        }
        return id
    }

    /// A query parameter, decoded; `nil` if it is not given.
    public func query(_ name: String) -> String? { queryItems[name] }

    /// The query parameters whose names begin with `name.`, by the rest of their names:
    /// `metadata.order=7` is `["order": "7"]` below `metadata`.
    public func query(below name: String) -> [String: String] {
        var items: [String: String] = [:]
        for (key, value) in queryItems where key.hasPrefix(name + ".") {
            items[String(key.dropFirst(name.utf8.count + 1))] = value
        }
        return items
    }

    /// An id among the query parameters. Throws 400 for what cannot be an id of that kind.
    public func queryID<Subject>(
        _ name: String, as type: ID<Subject>.Type = ID<Subject>.self
    ) throws(Problem) -> ID<Subject>? {
        guard let text = query(name) else { return nil }
        guard let id = ID<Subject>(text) else {
            throw .invalidParameter(name, "'\(name)' must be an id '\(Subject.prefix)_…'.")
        }
        return id
    }

    /// `?limit=&cursor=`. Throws 400 for a limit outside 1…100.
    public func page() throws(Problem) -> Page {
        guard let text = query("limit") else { return Page(limit: 20, cursor: query("cursor")) }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw .invalidParameter("limit", "'limit' must be between 1 and 100.")
        }
        return Page(limit: limit, cursor: query("cursor"))
    }
}

/// Which part of a list is asked for.
public struct Page: Equatable, Sendable {
    /// At most this many rows, 1…100.
    public let limit: Int
    /// Where the page before ended, as that page's `next_cursor` said.
    public let cursor: String?

    public init(limit: Int, cursor: String?) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// How a list is answered: `{"data": […], "next_cursor": …}`.
public struct PageOf<Item: Encodable & Sendable>: Encodable, Sendable {
    public let data: [Item]
    /// `nil`, written as null, when there is no more.
    public let nextCursor: String?

    public init(data: [Item], nextCursor: String?) {
        self.data = data
        self.nextCursor = nextCursor
    }

    private enum CodingKeys: String, CodingKey { case data, nextCursor }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(data, forKey: .data)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}
