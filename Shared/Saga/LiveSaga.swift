import Contracts
import FoundationEssentials
import Postgres

/// A saga in memory, its row locked, with everything that this transaction will write about it.
struct LiveSaga<State: Codable & Sendable> {
    let id: SagaID
    let tenant: String
    let subject: String
    let traceparent: String?
    /// Milliseconds since it was started.
    var age: Int64
    private(set) var state: State
    /// Whether the state is another one than is stored.
    private var isChanged = false
    var progress: Progress
    /// The sequence of the last line of its log.
    var logLength: Int64

    /// When the time of each outstanding step is up, in milliseconds of the saga's age. A step
    /// that waits for a person has no time.
    private(set) var deadlines: [Int: Int64] = [:]
    var lines: [Line] = []
    var commands: [Envelope] = []
    var outcome: SagaOutcome?

    /// A row of saga_log.
    struct Line {
        let saga: SagaID
        let sequence: Int64
        let step: String
        let note: Engine.Note
    }

    /// Every event that moves a saga leaves a line.
    var hasMoved: Bool { !lines.isEmpty }

    mutating func change(_ change: (inout State) -> Void) {
        change(&state)
        isChanged = true
    }

    mutating func note(_ note: Engine.Note, step: String) {
        logLength += 1
        lines.append(Line(saga: id, sequence: logLength, step: step, note: note))
    }
}

extension LiveSaga {
    /// The age at which the first time is up; `nil` if no time is running.
    var nextDeadline: Int64? { deadlines.values.min() }

    /// The steps whose time is up, the most overdue first.
    var overdue: [Int] {
        deadlines.filter { $0.value <= age }
            .sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            .map(\.key)
    }

    /// Lets the time of a step run, from now on.
    mutating func wait(milliseconds: Int64, for step: Int) {
        deadlines[step] = age + milliseconds
    }

    /// Stops the time of every step that is not outstanding any more, or waits for a person.
    mutating func stopIdleClocks() {
        let running = Set(
            progress.requests.filter { $0.waiting != .person }.map(\.step))
        deadlines = deadlines.filter { running.contains($0.key) }
    }
}

extension LiveSaga {
    /// A saga that has not begun.
    init(
        id: SagaID, state: State, progress: Progress, tenant: String, subject: String,
        traceparent: String?
    ) {
        self.id = id
        self.tenant = tenant
        self.subject = subject
        self.traceparent = traceparent
        self.age = 0
        self.state = state
        self.progress = progress
        self.logLength = 0
    }

    /// Reads a row of `SagaQueries.lockNamed` or one of what expired. Throws `PostgresError`,
    /// `DecodingError`, and `SagaError` for steps that the plan does not have.
    init(_ row: Row, of plan: Plan) throws {
        id = SagaID(try row.read(0, as: UUID.self))
        tenant = try row.read(1)
        subject = try row.read(2)
        traceparent = try row.read(3)
        state = try WireJSON.decode(from: try row.read(4, as: String.self).utf8)
        progress = try WireJSON.decode(from: try row.read(5, as: String.self).utf8)
        logLength = try row.read(6)
        age = try row.read(7)
        deadlines = try WireJSON.decode(from: try row.read(8, as: String.self).utf8)
        guard progress.fits(plan), deadlines.keys.allSatisfy(plan.steps.indices.contains) else {
            throw SagaError(.malformedRow, "the steps of \(id) are not those of \(plan.name)")
        }
    }

    func stateText() throws -> String {
        String(decoding: try WireJSON.encode(state), as: UTF8.self)
    }

    /// `nil` if it is stored already.
    func changedStateText() throws -> String? { isChanged ? try stateText() : nil }

    func progressText() throws -> String {
        String(decoding: try WireJSON.encode(progress), as: UTF8.self)
    }

    func deadlinesText() -> String {
        "{" + deadlines.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
}

extension Progress {
    /// The column `phase`, by which people and queries find sagas.
    var state: SagaState {
        if needsIntervention { return .needsIntervention }
        return switch phase {
        case .running: .running
        case .compensating: .compensating
        case .succeeded: .succeeded
        case .compensated: .compensated
        }
    }
}
