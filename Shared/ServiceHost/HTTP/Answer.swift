import Contracts

/// What a handler answers.
public struct Answer: Sendable {
    enum Content: Sendable {
        case body(status: Int, location: String?, value: any Encodable & Sendable)
        case bytes(status: Int, type: String, [UInt8])
        case problem(Problem)
        case pending(resource: String)
    }

    let content: Content
    /// Whether it uses the idempotency key up.
    private(set) var keepsKey = true

    init(content: Content) { self.content = content }

    /// 200 with a body.
    public static func ok(_ body: some Encodable & Sendable) -> Answer {
        Answer(content: .body(status: 200, location: nil, value: body))
    }

    /// 201: it exists now, at `location`.
    public static func created(
        _ body: some Encodable & Sendable, location: String? = nil
    ) -> Answer {
        Answer(content: .body(status: 201, location: location, value: body))
    }

    /// 202: begun; `location` tells how it goes on.
    public static func accepted(
        _ body: some Encodable & Sendable, location: String? = nil
    ) -> Answer {
        Answer(content: .body(status: 202, location: location, value: body))
    }

    /// JSON that is written already.
    public static func written(status: Int, json: [UInt8]) -> Answer {
        written(status: status, type: MediaTypes.json, json)
    }

    /// A text of another media type. Under an idempotency key JSON alone is kept.
    public static func written(status: Int, type: String, _ bytes: [UInt8]) -> Answer {
        Answer(content: .bytes(status: status, type: type, bytes))
    }

    /// The same answer to a rehearsal: nothing was changed, and the idempotency key may be used
    /// again.
    public var rehearsed: Answer { sparingKey }

    /// The same refusal, of this moment only: nothing was changed, and the same request may be
    /// accepted later under the same idempotency key.
    public var passing: Answer { sparingKey }

    private var sparingKey: Answer {
        var answer = self
        answer.keepsKey = false
        return answer
    }

    /// A refusal that is part of the transaction: what the handler wrote is committed with it
    /// if it is one that is stored under the idempotency key (402, 409, 422), else rolled back.
    public static func problem(_ problem: Problem) -> Answer {
        Answer(content: .problem(problem))
    }

    /// Committed, but not answered yet: the route's `completion` will answer for `resource`.
    public static func pending(resource: String) -> Answer {
        Answer(content: .pending(resource: resource))
    }
}

extension Answer {
    /// Why it says no; `nil` if it does not.
    public var problem: Problem? {
        if case .problem(let problem) = content { problem } else { nil }
    }

    /// Where what was made is; `nil` if nothing was.
    public var location: String? {
        if case .body(_, let location, _) = content { location } else { nil }
    }

    /// Its bytes. Throws `EncodingError`, and `HostError` for one that is pending.
    public func kept(requestID: String) throws -> KeptAnswer {
        try KeptAnswer(self, requestID: requestID)
    }
}

/// An answer's bytes: what is kept under an idempotency key and sent again.
public struct KeptAnswer: Equatable, Sendable {
    public let status: Int
    public let location: String?
    public let body: [UInt8]
    /// JSON, unless a reading handler says otherwise.
    var mediaType: String?

    init(status: Int, location: String? = nil, body: [UInt8]) {
        self.status = status
        self.location = location
        self.body = body
    }

    init(_ problem: Problem, requestID: String) {
        self.init(status: problem.status, body: problem.body(requestID: requestID))
    }

    /// The bytes of an answer. Throws `EncodingError`, and `HostError` for one that is pending.
    init(_ answer: Answer, requestID: String) throws {
        switch answer.content {
        case .body(let status, let location, let value):
            try self.init(status: status, location: location, value: value)
        case .bytes(let status, let type, let body):
            self.init(status: status, body: body)
            mediaType = type
        case .problem(let problem):
            self.init(problem, requestID: requestID)
        case .pending(let resource):
            throw HostError(.misuse, "an answer that cannot wait is pending for \(resource)")
        }
    }

    /// Writes a body. Throws `EncodingError`.
    init(status: Int, location: String?, value: any Encodable & Sendable) throws {
        self.init(status: status, location: location, body: try WireJSON.encode(value))
    }

    var isProblem: Bool { status >= 400 }

    /// Whether every repetition of the request gets this answer: success, or a refusal by a rule.
    static func isKept(status: Int) -> Bool {
        (200..<300).contains(status) || status == 402 || status == 409 || status == 422
    }
}
