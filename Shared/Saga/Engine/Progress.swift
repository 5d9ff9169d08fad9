import Contracts

/// Why a saga cannot go on, or could not.
public struct SagaFailure: Hashable, Codable, Sendable {
    /// The `code` of a step that did not answer in all its attempts.
    public static let noAnswer = "no-answer"

    /// The step that was refused or did not answer, or that the saga stood at when it was turned
    /// round.
    public let step: String
    /// The refusal's code, `no-answer`, or the reason of who turned the saga round.
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

    /// What has to happen before a request goes on.
    public enum Waiting: String, Codable, Sendable {
        /// The answer to what was asked, or its timeout.
        case answer
        /// The end of a pause, after which is asked again. An answer still counts.
        case pause
        /// A person. An answer still counts.
        case person
    }

    /// A step that is asked, or undone, and not answered yet.
    public struct Request: Hashable, Codable, Sendable {
        /// Index in `Plan.steps`.
        public let step: Int
        /// How often it was asked.
        public internal(set) var attempt: Int
        public internal(set) var waiting: Waiting
    }

    public internal(set) var phase: Phase
    /// The steps whose effects stand, or may: ascending. While the saga runs those that are done;
    /// while it compensates those that are still to be undone.
    public internal(set) var standing: [Int]
    /// What is outstanding, all in the direction of the phase: ascending by step.
    public internal(set) var requests: [Request]
    /// Why the saga compensates.
    public internal(set) var failure: SagaFailure?

    public var hasEnded: Bool { phase == .succeeded || phase == .compensated }
    public var needsIntervention: Bool { requests.contains { $0.waiting == .person } }

    /// All that is outstanding goes one way.
    var direction: SagaAddress.Direction { phase == .running ? .action : .compensation }

    /// Whether all of its steps are the plan's.
    func fits(_ plan: Plan) -> Bool {
        standing.allSatisfy(plan.steps.indices.contains)
            && requests.allSatisfy { plan.steps.indices.contains($0.step) }
    }

    /// A saga of which nothing was asked yet.
    static let beginning = Progress(phase: .running, standing: [], requests: [])
}
