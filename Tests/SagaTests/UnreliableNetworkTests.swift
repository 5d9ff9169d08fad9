import Contracts
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Saga

/// Runner and participant on real Postgres, with a network between them that loses, repeats and
/// reorders, and participants that refuse.
@Suite("Over a network that loses, repeats and reorders", .tags(.database))
struct UnreliableNetworkTests {
    private static let sagas = 60

    @Test("every saga ends, and leaves all of its effects or none")
    func everythingEnds() async throws {
        let patience = RetryPolicy(
            attempts: 4, initial: .milliseconds(5), cap: .milliseconds(20))
        let fixture = try await RunnerFixture(
            tripSaga(
                timeout: .milliseconds(20), retry: patience,
                undoRetry: patience.withAttempts(1000)))
        var network = Network(.fromEnvironment())
        let participant = Participant(
            source: "/test/participant", replyTopic: "replies")
        try await fixture.start((0..<Self.sagas).map { _ in SagaID() })

        var heard: Int64 = 0
        try await eventually("every saga ends (\(network))") {
            let (sent, last) = try await fixture.commands(after: heard)
            heard = last
            network.send(sent)
            let delivered = network.deliver()
            // The step after the pivot is never refused: that would call a person.
            let refusals = Set(
                delivered.filter { $0.type != SendTicket.type && network.chance(15) }
                    .compactMap(\.saga))
            try await fixture.database.transaction { tx in
                try participant.handle(delivered.filter { !Self.isReply($0) }, in: tx) { fresh in
                    try fresh.map { command in
                        let refused = command.saga.map(refusals.contains) ?? false
                        return try Self.reply(to: command, refusing: refused)
                    }
                }
            }
            try await fixture.receive(delivered.filter(Self.isReply))
            try await fixture.expire()
            return try await fixture.number(Self.open) == 0
        }
        let wrong = try await fixture.number(Self.wrong)
        #expect(wrong == 0, "\(network)")
        let outcomes = fixture.ends.batches.joined().map(\.outcome)
        #expect(outcomes.count == Self.sagas, "each end was told of once (\(network))")
        print("\(outcomes.count { $0 == .succeeded }) of \(outcomes.count) succeeded; \(network)")
    }

    private static func isReply(_ message: Envelope) -> Bool { message.topic == "replies" }

    private static func reply(to command: Envelope, refusing: Bool) throws -> AnyReply {
        let envelope = refusing ? try refuse(command) : try agree(to: command)
        return AnyReply(
            outcome: refusing ? .refused : .done, type: envelope.type, payload: envelope.payload)
    }

    private static let open = Statement("SELECT count(*) FROM saga WHERE ended_at IS NULL")

    /// Sagas whose effects at the participant do not fit their outcome: a step stands if it was
    /// done and not undone.
    private static let wrong = Statement(
        """
        SELECT count(*)
        FROM saga
        CROSS JOIN LATERAL (
            SELECT count(*) AS steps
            FROM barrier AS action
            WHERE action.saga = saga.id AND direction = 'action' AND outcome = 'done'
                AND NOT EXISTS (
                    SELECT FROM barrier AS undo
                    WHERE undo.saga = saga.id AND undo.step = action.step
                        AND undo.direction = 'compensation')
        ) AS standing
        WHERE steps <> CASE phase WHEN 'succeeded' THEN 4 ELSE 0 END
        """)
}

/// Holds messages back, loses a fifth of them, and repeats another fifth, by a seed.
private struct Network: CustomStringConvertible {
    private var random: SeededRandom
    private var inFlight: [Envelope] = []

    init(_ random: SeededRandom) { self.random = random }

    var description: String { random.description }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    mutating func send(_ messages: [Envelope]) {
        for message in messages where !chance(20) {
            inFlight.append(message)
            if chance(20) { inFlight.append(message) }
        }
    }

    /// About half of what is on its way, in any order.
    mutating func deliver() -> [Envelope] {
        inFlight.shuffle(using: &random)
        var delivered: [Envelope] = []
        var held: [Envelope] = []
        for message in inFlight {
            if chance(50) { delivered.append(message) } else { held.append(message) }
        }
        inFlight = held
        return delivered
    }
}
