import Contracts
import Logging
import TestSupport

@testable import Saga

/// The sagas of one definition, moved by the real runner's pure half.
struct SagaTable<State: Codable & Sendable> {
    struct Row {
        var live: LiveSaga<State>
        let startedAt: Int64
    }

    /// What an event did to a saga.
    struct Moved {
        let id: SagaID
        let state: State
        let commands: [Envelope]
        let outcome: SagaOutcome?
        /// When its next time is up.
        let wakesAt: Int64?
    }

    private let runner: SagaRunner<State>
    private(set) var rows = Table<SagaID, Row>()

    init(_ saga: Saga<State>, seed: UInt64) {
        runner = SagaRunner(saga, source: "/simulated/payment", seed: seed, logger: .quiet) {
            _, _ in
        }
    }

    mutating func commit() { rows.commit() }
    mutating func rollBack() { rows.rollBack() }

    mutating func start(
        _ id: SagaID, _ state: State, subject: String, at now: Int64
    ) throws -> Moved {
        let (progress, effects) = Engine.start(runner.saga.plan)
        var live = LiveSaga(
            id: id, state: state, progress: progress, tenant: "acme", subject: subject,
            traceparent: nil)
        try runner.carryOut(effects, on: &live)
        return keep(live, startedAt: now)
    }

    mutating func hear(_ reply: Envelope, at address: SagaAddress, now: Int64) throws -> Moved? {
        try move(address.saga, at: now) { [runner] live in
            try runner.hear(reply, at: address, on: &live)
        }
    }

    mutating func wake(_ id: SagaID, at now: Int64) throws -> Moved? {
        try move(id, at: now) { [runner] live in try runner.expire(&live) }
    }

    /// Tells a saga what people want of it.
    mutating func tell(_ event: Engine.Event, _ id: SagaID, at now: Int64) throws -> Moved? {
        try move(id, at: now) { [runner] live in try runner.move(&live, on: event) }
    }

    /// `nil` if there is no such saga, or nothing moved it.
    private mutating func move(
        _ id: SagaID, at now: Int64, by body: (inout LiveSaga<State>) throws -> Void
    ) throws -> Moved? {
        guard let row = rows[id] else { return nil }
        var live = row.live
        live.age = now - row.startedAt
        try body(&live)
        return live.hasMoved ? keep(live, startedAt: row.startedAt) : nil
    }

    /// Writes a saga down; what it has to say is not part of its row.
    private mutating func keep(_ live: LiveSaga<State>, startedAt: Int64) -> Moved {
        var stored = live
        stored.lines = []
        stored.commands = []
        stored.outcome = nil
        rows[live.id] = Row(live: stored, startedAt: startedAt)
        return Moved(
            id: live.id, state: live.state, commands: live.commands, outcome: live.outcome,
            wakesAt: live.nextDeadline.map { startedAt + $0 })
    }
}
