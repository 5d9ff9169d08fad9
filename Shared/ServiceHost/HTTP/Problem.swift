import Contracts
public import HTTPTypes

/// An answer that says no, as RFC 9457 writes it: `application/problem+json`.
///
/// Thrown, it rolls the transaction back. Returned as `Answer.problem`, one that is kept under the
/// idempotency key (402, 409, 422) commits what the handler wrote along with it; any other rolls
/// back too.
public struct Problem: Error, Equatable, Sendable {
    public var status: Int
    /// Stable and machine-readable: `insufficient-funds`.
    public var code: String
    /// What kind of problem it is, the same for every occurrence of `code`.
    public var title: String
    /// One sentence about this occurrence.
    public var detail: String
    /// The part of the body that is wrong: `entries[1].amount`.
    public var field: String?
    /// Seconds after which to try again.
    public var retryAfter: Int?
    /// More headers of the answer.
    public var headers: HTTPFields = [:]

    /// `title` is made of the code's words unless given.
    public init(
        status: Int, code: some ProblemCode, title: String? = nil, detail: String,
        field: String? = nil, retryAfter: Int? = nil
    ) {
        self.status = status
        self.code = code.rawValue
        self.title = title ?? Problem.title(of: code.rawValue)
        self.detail = detail
        self.field = field
        self.retryAfter = retryAfter
    }

    private static func title(of code: String) -> String {
        let words = code.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

extension Problem {
    /// 400: the request cannot be understood.
    public static func badRequest(
        code: some ProblemCode = HostCode.badRequest, detail: String, field: String? = nil
    ) -> Problem {
        Problem(status: 400, code: code, detail: detail, field: field)
    }

    /// 400: one field is not what it should be.
    public static func invalidField(_ field: String, _ detail: String) -> Problem {
        Problem(status: 400, code: HostCode.invalidField, detail: detail, field: field)
    }

    /// 400: one query parameter is not what it should be.
    public static func invalidParameter(_ name: String, _ detail: String) -> Problem {
        Problem(status: 400, code: HostCode.invalidParameter, detail: detail, field: name)
    }

    /// 402: understood, allowed, and there is not enough money.
    public static func paymentRequired(code: some ProblemCode, detail: String) -> Problem {
        Problem(status: 402, code: code, detail: detail)
    }

    /// 404: there is no such thing, or it is another tenant's.
    public static let notFound = Problem.notFound(detail: "There is no such resource.")

    /// 404: there is no such thing, or it is another tenant's.
    public static func notFound(code: some ProblemCode = HostCode.notFound, detail: String)
        -> Problem
    {
        Problem(status: 404, code: code, detail: detail)
    }

    /// 409: not in its present state.
    public static func conflict(
        code: some ProblemCode, detail: String, retryAfter: Int? = nil
    ) -> Problem {
        Problem(status: 409, code: code, detail: detail, retryAfter: retryAfter)
    }

    /// 422: understood, and against a rule.
    public static func unprocessable(code: some ProblemCode, detail: String) -> Problem {
        Problem(status: 422, code: code, detail: detail)
    }

    /// 503: not now; try again with the same idempotency key.
    public static func unavailable(code: some ProblemCode, detail: String, retryAfter: Int = 1)
        -> Problem
    {
        Problem(status: 503, code: code, detail: detail, retryAfter: retryAfter)
    }

    /// 500: our fault, and nothing of it is told.
    static let `internal` = Problem(
        status: 500, code: HostCode.internalError,
        detail: "Something went wrong on our side. The request id finds it in our logs.")
}

extension Problem {
    /// The members of RFC 9457 §3.1, and ours.
    private struct Document: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let code: String
        let field: String?
        let requestId: String
    }

    /// The JSON document. Falls back to one without particulars, which always encodes.
    func body(requestID: String) -> [UInt8] {
        let document = Document(
            type: "urn:farthing:problem:\(code)", title: title, status: status, detail: detail,
            code: code, field: field, requestId: requestID)
        return (try? WireJSON.encode(document))
            ?? Array(#"{"code":"\#(code)","status":\#(status)}"#.utf8)
    }
}
