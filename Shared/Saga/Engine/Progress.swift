/// Why a saga cannot go on, or could not.
public struct SagaFailure: Hashable, Codable, Sendable {
    /// The step that was refused or did not answer.
    public let step: String
    /// The refusal's code, or `no-answer`.
    public let code: String
    /// One sentence for people.
    public let detail: String

    public init(step: String, code: String, detail: String) {
        self.step = step
        self.code = code
        self.detail = detail
    }
}

/// How far a saga is: what the engine needs to know, and all that it knows.
public struct Progress: Hashable, Codable, Sendable {
    /// Which way the saga goes, or how it ended.
    public enum Phase: String, Codable, Sendable {
        case running, compensating, succeeded, compensated
    }

    /// What has to happen before the saga goes on.
    public enum Waiting: String, Codable, Sendable {
        /// The answer to what was asked, or its timeout.
        case answer
        /// The end of a pause, after which is asked again. An answer still counts.
        case pause
        /// A person. An answer still counts.
        case person
        /// Nothing: the saga has ended.
        case nothing
    }

    public internal(set) var phase: Phase
    public internal(set) var waiting: Waiting
    /// Index of the step that is asked, or undone.
    public internal(set) var step: Int
    /// How often it was asked.
    public internal(set) var attempt: Int
    /// Why the saga compensates.
    public internal(set) var failure: SagaFailure?

    public var hasEnded: Bool { phase == .succeeded || phase == .compensated }
    public var needsIntervention: Bool { waiting == .person }
}
