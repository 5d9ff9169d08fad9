public import Contracts
public import FoundationEssentials
public import Postgres

/// One thing that happened to one step of a saga.
public struct TimelineEntry: Codable, Equatable, Sendable {
    public let step: String
    public let direction: SagaAddress.Direction
    public let status: StepStatus
    /// Counted from 1, in each direction.
    public let attempt: Int
    /// By the database's clock.
    public let at: Date
    /// Why a step was refused or a person called.
    public let detail: String?

    public init(
        step: String, direction: SagaAddress.Direction, status: StepStatus, attempt: Int, at: Date,
        detail: String?
    ) {
        self.step = step
        self.direction = direction
        self.status = status
        self.attempt = attempt
        self.at = at
        self.detail = detail
    }
}

/// What happened to a saga so far.
public enum SagaTimeline {
    /// In order; empty if there is no such saga. Throws `PostgresError`, and `SagaError` for a line
    /// that this program cannot read.
    public static func read(
        _ saga: SagaID, in tx: borrowing Transaction
    ) throws -> [TimelineEntry] {
        try tx.query(SagaQueries.timeline, saga.uuid).map { row in
            guard let direction = SagaAddress.Direction(rawValue: try row.read(1)),
                let status = StepStatus(rawValue: try row.read(2))
            else { throw SagaError(.malformedRow, "a line of the timeline of \(saga)") }
            return TimelineEntry(
                step: try row.read(0), direction: direction, status: status,
                attempt: try row.read(3), at: try row.read(4), detail: try row.read(5))
        }
    }
}
