import Contracts
import Outbox
import Postgres
import TestSupport
import Testing

@Suite("A participant", .tags(.database))
struct ParticipantTests {
    @Test("answers a command as its asker can recognise it")
    func address() async throws {
        let fixture = try await Fixture()
        var asked = command(.action)
        asked.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        try await fixture.handle(participant, [asked]) { try doneForEach($0) }

        let answer = try #require(try await fixture.messages().first)
        #expect(answer.topic == "payment.replies.v1")
        #expect(answer.key == asked.saga?.saga.description)
        #expect(answer.type == "test.command.v1.reply")
        #expect(answer.aggregate == "saga")
        #expect(answer.step == "step")
        #expect(answer.direction == "action")
        #expect(answer.tenant == "acme")
        #expect(answer.traceparent == asked.traceparent)
    }

    @Test("applies a command once and answers its repetitions alike, in one batch or later")
    func repetition() async throws {
        let fixture = try await Fixture()
        let applied = Applied()
        let asked = command(.action)
        try await fixture.handle(participant, [asked, asked]) { try applied.refuseEach($0) }
        try await fixture.handle(participant, [asked]) { try applied.refuseEach($0) }

        #expect(applied.batches == [["action"]])
        let answers = try await fixture.messages()
        #expect(answers.count == 3)
        #expect(Set(answers.map(\.payload)).count == 1)
    }

    @Test("undoes nothing for an undo that comes first, and refuses the action that follows")
    func undoFirst() async throws {
        let fixture = try await Fixture()
        let applied = Applied()
        let saga = SagaID()
        for batch in [[command(.compensation, of: saga)], [command(.action, of: saga)]] {
            try await fixture.handle(participant, batch) { try applied.doEach($0) }
        }
        #expect(applied.batches.isEmpty)
        let answers = try await fixture.messages().map(\.reply)
        #expect(answers.first == .done(Nothing()))
        guard case .refused(let refusal) = answers.last else {
            Issue.record("the late action was not refused")
            return
        }
        #expect(refusal.code == "undone-before-done")
    }

    @Test("keeps the order of an action and its undo in one batch, and applies the rest together")
    func actionAndUndoTogether() async throws {
        let fixture = try await Fixture()
        let applied = Applied()
        let saga = SagaID()
        let batch = [
            command(.action), command(.action, of: saga), command(.compensation, of: saga),
            command(.action),
        ]
        try await fixture.handle(participant, batch) { try applied.doEach($0) }
        #expect(applied.batches == [["action", "action"], ["compensation", "action"]])
    }

    @Test("does not undo an action that was refused in the same batch")
    func refusedAndUndoTogether() async throws {
        let fixture = try await Fixture()
        let applied = Applied()
        let saga = SagaID()
        let batch = [command(.action, of: saga), command(.compensation, of: saga)]
        try await fixture.handle(participant, batch) { try applied.refuseEach($0) }
        #expect(applied.batches == [["action"]])
        #expect(try await fixture.messages().map(\.direction) == ["action", "compensation"])
        #expect(try await fixture.messages().last?.reply == .done(Nothing()))
    }

    @Test("decides a refused undo anew when it is asked again")
    func refusedUndo() async throws {
        let fixture = try await Fixture()
        let applied = Applied()
        let saga = SagaID()
        let undo = command(.compensation, of: saga)
        try await fixture.handle(participant, [command(.action, of: saga)]) {
            try applied.doEach($0)
        }
        try await fixture.handle(participant, [undo]) { try applied.refuseEach($0) }
        try await fixture.handle(participant, [undo]) { try applied.doEach($0) }
        try await fixture.handle(participant, [undo]) { try applied.doEach($0) }
        #expect(applied.batches == [["action"], ["compensation"], ["compensation"]])
        #expect(try await fixture.messages().last?.reply == .done(Nothing()))
    }

    @Test("decides a refused command anew if its refusal is never final")
    func neverFinal() async throws {
        let fixture = try await Fixture()
        let applied = Applied()
        let patient = Participant(
            source: "/test", replyTopic: "r", neverFinal: ["test.command.v1"])
        let asked = command(.action)
        try await fixture.handle(patient, [asked]) { try applied.refuseEach($0) }
        try await fixture.handle(patient, [asked]) { try applied.doEach($0) }
        #expect(try await fixture.messages().last?.reply == .done(Nothing()))
    }

    @Test("applies a command once though two connections handle it at the same time")
    func race() async throws {
        let fixture = try await Fixture()
        let meeting = Meeting()
        let applied = Applied()
        let asked = command(.action)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await fixture.handle(participant, [asked]) { commands in
                        meeting.wait()
                        return try applied.doEach(commands)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(applied.batches.count == 2, "both began")
        let answers = try await fixture.messages()
        #expect(answers.count == 2, "one was rolled back and answered from the barrier")
        #expect(answers.allSatisfy { $0.reply == .done(Nothing()) })
    }

    @Test("undoes every action that passed, and no other, when each races with its undo")
    func raceOfActionAndUndo() async throws {
        let fixture = try await Fixture()
        let sagas = (0..<100).map { _ in SagaID() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for saga in sagas {
                for direction in SagaAddress.Direction.allCases {
                    group.addTask {
                        try await fixture.handle(participant, [command(direction, of: saga)]) {
                            $0.map { _ in AnyReply(outcome: .done, type: "applied", payload: []) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let (pairs, wrong) = try await fixture.database.read { tx in
            let row = try #require(try tx.query(Self.races).first)
            return (try row.read(0, as: Int.self), try row.read(1, as: Int.self))
        }
        #expect(pairs == sagas.count)
        #expect(wrong == 0)
    }

    private static let races = Statement(
        """
        SELECT count(*),
               count(*) FILTER (
                   WHERE (action.outcome = 'done') <> (undo.reply_type = 'applied'))
        FROM barrier AS action
        JOIN barrier AS undo ON undo.saga = action.saga AND undo.step = action.step
        WHERE action.direction = 'action' AND undo.direction = 'compensation'
        """)

    @Test("stops a batch whose replies do not match its commands")
    func wrongNumber() async throws {
        let fixture = try await Fixture()
        let error = await #expect(throws: OutboxError.self) {
            try await fixture.handle(participant, [command(.action)]) { _ in [] }
        }
        #expect(error?.code == .wrongNumberOfReplies)
        let stray = await #expect(throws: OutboxError.self) {
            try await fixture.handle(participant, [message("x")]) { try doneForEach($0) }
        }
        #expect(stray?.code == .notACommand)
    }
}
