/// Why a participant said no: a business refusal, which is an answer and not an error.
public struct Refusal: Codable, Equatable, Sendable {
    /// Stable and machine-readable, for example `insufficient-funds`.
    public let code: String
    /// One sentence for people.
    public let detail: String

    public init(_ code: String, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}

/// How a participant answers a command: it was done, or it was refused.
///
/// The third outcome, silence, has no message: that is what makes it silence.
public enum Reply<Done: Codable & Equatable & Sendable>: Equatable, Sendable {
    case done(Done)
    case refused(Refusal)
}

extension Reply: Codable {
    private enum CodingKeys: String, CodingKey { case outcome, done, refusal }
    private enum Outcome: String, Codable { case done, refused }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Outcome.self, forKey: .outcome) {
        case .done: self = .done(try container.decode(Done.self, forKey: .done))
        case .refused: self = .refused(try container.decode(Refusal.self, forKey: .refusal))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .done(let done):
            try container.encode(Outcome.done, forKey: .outcome)
            try container.encode(done, forKey: .done)
        case .refused(let refusal):
            try container.encode(Outcome.refused, forKey: .outcome)
            try container.encode(refusal, forKey: .refusal)
        }
    }
}

/// A reply whose payload is already written: what a participant's barrier records and repeats.
public struct AnyReply: Equatable, Sendable {
    public enum Outcome: String, Codable, Sendable { case done, refused }

    public let outcome: Outcome
    /// CloudEvents `type`, `Command.replyType`.
    public let type: String
    /// JSON of `Reply<Done>`.
    public let payload: [UInt8]

    public init(outcome: Outcome, type: String, payload: [UInt8]) {
        self.outcome = outcome
        self.type = type
        self.payload = payload
    }

    /// Writes down the answer to a command of type `C`. Throws `EncodingError` only for a `Done`
    /// that cannot be written as JSON.
    public static func answer<C: Command>(
        _ command: C.Type, _ reply: Reply<C.Done>
    ) throws -> AnyReply {
        let outcome: Outcome = if case .done = reply { .done } else { .refused }
        return AnyReply(
            outcome: outcome, type: C.replyType, payload: try WireJSON.encode(reply))
    }
}

/// A `Done` that says no more than that it was done.
public struct Nothing: Codable, Equatable, Sendable {
    public init() {}
}
