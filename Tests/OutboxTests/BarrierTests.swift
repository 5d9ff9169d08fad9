import Contracts
import TestSupport
import Testing

@testable import Outbox

@Suite("The barrier's verdict", .tags(.unit))
struct BarrierTests {
    private let saga = SagaID()

    @Test("applies what it never saw")
    func fresh() throws {
        var barrier = Barrier()
        #expect(try judge(.action, by: &barrier) == .apply)
        #expect(barrier.unwritten.isEmpty, "nothing is decided until it was applied")
    }

    @Test(
        "answers a repetition with the recorded reply, whatever it was",
        arguments: [AnyReply.Outcome.done, .refused])
    func repetition(outcome: AnyReply.Outcome) throws {
        var barrier = Barrier()
        let reply = AnyReply(outcome: outcome, type: "x.reply", payload: [1, 2, 3])
        barrier.record(reply, at: address(.action))
        #expect(try judge(.action, by: &barrier) == .answer(reply))
    }

    @Test("applies an undo whose action was done")
    func undo() throws {
        var barrier = Barrier()
        barrier.record(done, at: address(.action))
        #expect(try judge(.compensation, by: &barrier) == .apply)
    }

    @Test("answers an undo of nothing as done and refuses the action that comes after it")
    func undoBeforeAction() throws {
        var barrier = Barrier()
        guard case .answer(let undone) = try judge(.compensation, by: &barrier) else {
            Issue.record("the undo was to be applied")
            return
        }
        #expect(undone.outcome == .done)
        #expect(undone.type == "test.command.v1.reply")
        #expect(try WireJSON.decode(Reply<Nothing>.self, from: undone.payload) == .done(Nothing()))

        guard case .answer(let late) = try judge(.action, by: &barrier) else {
            Issue.record("the late action was to be applied")
            return
        }
        guard
            case .refused(let refusal) = try WireJSON.decode(
                Reply<Nothing>.self, from: late.payload)
        else {
            Issue.record("the late action was not refused")
            return
        }
        #expect(refusal.code == "undone-before-done")
        #expect(barrier.unwritten.map(\.answer.outcome) == [.undoneBeforeDone, .done])
    }

    @Test("answers an undo of a refused action as done and leaves no tombstone")
    func undoOfRefused() throws {
        var barrier = Barrier()
        barrier.load(.init(outcome: .refused, reply: refused), at: address(.action))
        guard case .answer(let undone) = try judge(.compensation, by: &barrier) else {
            Issue.record("the undo was to be applied")
            return
        }
        #expect(undone.outcome == .done)
        #expect(barrier.unwritten.map(\.address) == [address(.compensation)])
    }

    private let done = AnyReply(outcome: .done, type: "x.reply", payload: [])
    private let refused = AnyReply(outcome: .refused, type: "x.reply", payload: [])

    private func judge(
        _ direction: SagaAddress.Direction, by barrier: inout Barrier
    ) throws -> Barrier.Verdict {
        let command = Envelope(
            topic: "t", key: "k", type: "test.command.v1", source: "/test", subject: "s",
            tenant: "acme", saga: address(direction), payload: [])
        return try barrier.judge(command, at: address(direction))
    }

    private func address(_ direction: SagaAddress.Direction) -> SagaAddress {
        SagaAddress(saga: saga, step: "step", direction: direction)
    }
}

@Suite("A row's headers", .tags(.unit))
struct JSONObjectTests {
    @Test("are a JSON object, whatever the values hold")
    func escapes() throws {
        let nasty = "quote \" backslash \\ newline \n tab \t null \u{0} ü 🙂"
        let text = JSONObject.text([("a", nasty), ("b", "")])
        let read = try WireJSON.decode([String: String].self, from: text.utf8)
        #expect(read == ["a": nasty, "b": ""])
        #expect(JSONObject.text([]) == "{}")
    }
}
