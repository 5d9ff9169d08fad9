public import Contracts
public import FoundationEssentials
public import Postgres

/// Where a saga stands, as people and queries name it.
public enum SagaState: String, CaseIterable, Codable, Sendable {
    case running, compensating
    /// Something of it waits for a person.
    case needsIntervention = "needs-intervention"
    case succeeded, compensated
}

/// A saga as its operators see it.
public struct SagaSummary: Sendable {
    /// A step that is asked, or undone, and not answered yet.
    public struct Request: Codable, Equatable, Sendable {
        public let step: String
        public let direction: SagaAddress.Direction
        /// How often it was asked.
        public let attempt: Int
        /// For its answer, for the end of a pause, or for a person.
        public let waitingFor: Progress.Waiting
    }

    public let id: SagaID
    /// The saga's name.
    public let definition: String
    public let tenant: String
    /// The id of what the saga is about.
    public let subject: String
    public let state: SagaState
    public let requests: [Request]
    /// Why it compensates, or was compensated.
    public let failure: SagaFailure?
    public let createdAt: Date
    public let updatedAt: Date
    public let endedAt: Date?
    /// When the first time is up; `nil` if none is running.
    public let nextDeadline: Date?
}

/// Reads the sagas of several definitions.
public struct Sagas: Sendable {
    private let plans: [String: Plan]

    /// - Parameter plans: of all sagas that this service runs.
    public init(_ plans: [Plan]) {
        self.plans = Dictionary(plans.map { ($0.name, $0) }) { first, _ in first }
    }

    /// A tenant's saga; `nil` if it has none of that id. Throws `PostgresError`, and `SagaError`
    /// for a row that this program cannot read.
    public func find(
        _ id: SagaID, tenant: String, in tx: borrowing Transaction
    ) throws -> SagaSummary? {
        try tx.query(SagaQueries.find, tenant, id.uuid).first.map(summary)
    }

    /// A tenant's sagas, newest first: those before `cursor`, at most `limit`. Throws like `find`.
    public func list(
        tenant: String, state: SagaState? = nil, before cursor: SagaID? = nil, limit: Int,
        in tx: borrowing Transaction
    ) throws -> [SagaSummary] {
        let rows =
            switch state {
            case .running?, .compensating?:
                try tx.query(
                    SagaQueries.newestUnderWay, tenant, cursor?.uuid, limit, state?.rawValue)
            case .needsIntervention?:
                try tx.query(SagaQueries.newestWaiting, tenant, cursor?.uuid, limit)
            case .succeeded?:
                try tx.query(SagaQueries.newestSucceeded, tenant, cursor?.uuid, limit)
            case .compensated?:
                try tx.query(SagaQueries.newestCompensated, tenant, cursor?.uuid, limit)
            case nil:
                try tx.query(SagaQueries.newest, tenant, cursor?.uuid, limit)
            }
        return try rows.map(summary)
    }

    /// How many sagas wait for a person, of all tenants and definitions. Throws `PostgresError`.
    public static func countInterventions(in tx: borrowing Transaction) throws -> Int {
        try tx.query(SagaQueries.countInterventions).first?.read(0) ?? 0
    }

    private func summary(_ row: Row) throws -> SagaSummary {
        let id = SagaID(try row.read(0, as: UUID.self))
        let definition = try row.read(1, as: String.self)
        guard let state = SagaState(rawValue: try row.read(4)), let plan = plans[definition] else {
            throw SagaError(.malformedRow, "the state or the definition of \(id)")
        }
        let progress = try WireJSON.decode(
            Progress.self, from: try row.read(5, as: String.self).utf8)
        guard progress.fits(plan) else {
            throw SagaError(.malformedRow, "the steps of \(id) are not those of \(plan.name)")
        }
        return SagaSummary(
            id: id, definition: definition, tenant: try row.read(2), subject: try row.read(3),
            state: state,
            requests: progress.requests.map { request in
                SagaSummary.Request(
                    step: plan.steps[request.step].name, direction: progress.direction,
                    attempt: request.attempt, waitingFor: request.waiting)
            },
            failure: progress.failure, createdAt: try row.read(6), updatedAt: try row.read(7),
            endedAt: try row.read(8), nextDeadline: try row.read(9))
    }
}
