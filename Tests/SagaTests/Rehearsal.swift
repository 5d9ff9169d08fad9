import Contracts
import Logging
import TestSupport
import Testing

@testable import Saga

/// Plays a saga in memory, line by line: expect a command, say what comes back, expect the next.
final class Rehearsal {
    private let runner: SagaRunner<Trip>
    private var live: LiveSaga<Trip>
    private var read = 0
    /// Every command that was sent, in order.
    var commands: [Envelope] { live.commands }
    var trip: Trip { live.state }
    var progress: Progress { live.progress }
    var outcome: SagaOutcome? { live.outcome }
    var log: [String] {
        live.lines.map { "\($0.step) \($0.note.direction.rawValue) \($0.note.status.rawValue)" }
    }

    init(_ saga: Saga<Trip> = tripSaga()) throws {
        runner = SagaRunner(saga, source: "/test/trips", seed: 1, logger: .quiet) { _, _ in }
        let (progress, effects) = Engine.start(saga.plan)
        live = LiveSaga(
            id: SagaID(), state: Trip(guest: "ada"), progress: progress, tenant: "acme",
            subject: "ada", traceparent: nil)
        try runner.carryOut(effects, on: &live)
    }

    /// The next command that was sent, and no other than those `beside` it.
    @discardableResult
    func expect<C: Command>(
        _ command: C, beside others: Int = 0, _ location: SourceLocation = #_sourceLocation
    ) throws -> Envelope {
        try #require(live.commands.count == read + 1 + others, sourceLocation: location)
        let envelope = live.commands[read]
        read += 1
        #expect(envelope.type == C.type, sourceLocation: location)
        #expect(try envelope.decode(C.self) == command, sourceLocation: location)
        return envelope
    }

    func expectNothing(_ location: SourceLocation = #_sourceLocation) {
        #expect(live.commands.count == read, sourceLocation: location)
    }

    func expectEnd(_ outcome: SagaOutcome, _ location: SourceLocation = #_sourceLocation) {
        expectNothing(location)
        #expect(live.outcome == outcome, sourceLocation: location)
        #expect(
            live.nextDeadline == nil, "no time runs after the end", sourceLocation: location)
    }

    /// A participant answers; tells whether that moved the saga.
    @discardableResult
    func when<C: Command>(
        _ command: Envelope, of type: C.Type, is reply: Reply<C.Done>
    ) throws -> Bool {
        let envelope = try answer(command, type, reply)
        let address = try #require(envelope.saga)
        let step = try #require(runner.saga.steps.first { $0.plan.name == address.step })
        let heard =
            address.direction == .action ? try step.hear(envelope) : try step.hearUndo(envelope)
        return try runner.move(
            &live,
            on: .answered(step: address.step, direction: address.direction, heard.answer),
            taking: heard.take)
    }

    /// The time of a step is up: of the only outstanding one, if none is named.
    func whenTimeIsUp(of step: String? = nil) throws {
        let name = try step ?? outstanding
        try runner.move(
            &live, on: .elapsed(step: name, direction: live.progress.direction))
    }

    /// The answer does not come, and the pause that follows ends too.
    func whenSilent() throws {
        try whenTimeIsUp()
        #expect(live.progress.requests.map(\.waiting) == [.pause])
        try whenTimeIsUp()
    }

    func whenTurnedRound(_ failure: SagaFailure) throws -> Bool {
        try runner.move(&live, on: .turnedRound(failure))
    }

    private var outstanding: String {
        get throws {
            try #require(live.progress.requests.count == 1)
            return runner.saga.plan.steps[live.progress.requests[0].step].name
        }
    }

    func whenResumed() throws { try runner.move(&live, on: .resumed) }
}

extension Rehearsal {
    /// The way to a step, everything done.
    func book() throws -> (hotel: Envelope, flight: Envelope) {
        let hotel = try expect(BookHotel(guest: "ada"))
        try when(hotel, of: BookHotel.self, is: .done(.init(room: 12)))
        let flight = try expect(BookFlight(guest: "ada", room: 12))
        return (hotel, flight)
    }

    func bookAndCharge() throws -> Envelope {
        try when(try book().flight, of: BookFlight.self, is: .done(Nothing()))
        return try expect(Charge(guest: "ada"))
    }
}
