import Contracts

/// What a handler answers.
public struct Answer: Sendable {
    enum Content: Sendable {
        case body(status: Int, location: String?, value: any Encodable & Sendable)
        case problem(Problem)
        case pending(resource: String)
    }

    let content: Content

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

/// An answer's bytes: what is stored under an idempotency key and sent again.
struct StoredAnswer: Equatable, Sendable {
    let status: Int
    let location: String?
    let body: [UInt8]

    init(status: Int, location: String? = nil, body: [UInt8]) {
        self.status = status
        self.location = location
        self.body = body
    }

    init(_ problem: Problem, requestID: String) {
        self.init(status: problem.status, body: problem.body(requestID: requestID))
    }

    /// Writes a body. Throws `EncodingError`.
    init(status: Int, location: String?, value: any Encodable & Sendable) throws {
        self.init(status: status, location: location, body: try WireJSON.encode(value))
    }

    var isProblem: Bool { status >= 400 }

    /// Whether every repetition of the request gets this answer: success, or a refusal by a rule.
    static func isStored(status: Int) -> Bool {
        (200..<300).contains(status) || status == 402 || status == 409 || status == 422
    }
}
