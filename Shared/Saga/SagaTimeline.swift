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
        try read([saga], in: tx)[saga] ?? []
    }

    /// The same of several; without those of which there is nothing to tell.
    public static func read(
        _ sagas: [SagaID], in tx: borrowing Transaction
    ) throws -> [SagaID: [TimelineEntry]] {
        guard !sagas.isEmpty else { return [:] }
        var timelines: [SagaID: [TimelineEntry]] = [:]
        for row in try tx.query(SagaQueries.timeline, sagas.map(\.uuid)) {
            let saga = SagaID(try row.read(6))
            guard let direction = SagaAddress.Direction(rawValue: try row.read(1)),
                let status = StepStatus(rawValue: try row.read(2))
            else { throw SagaError(.malformedRow, "a line of the timeline of \(saga)") }
            timelines[saga, default: []].append(
                TimelineEntry(
                    step: try row.read(0), direction: direction, status: status,
                    attempt: try row.read(3), at: try row.read(4), detail: try row.read(5)))
        }
        return timelines
    }
}
