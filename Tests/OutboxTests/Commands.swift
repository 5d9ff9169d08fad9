import Contracts
import Dispatch
import Outbox
import Synchronization

let participant = Participant(source: "/test", replyTopic: "payment.replies.v1")

/// A command, or its undo, of some saga's only step.
func command(_ direction: SagaAddress.Direction, of saga: SagaID = SagaID()) -> Envelope {
    Envelope(
        topic: "test.commands.v1", key: "k", type: "test.command.v1", source: "/test/asker",
        subject: "s", tenant: "acme",
        saga: SagaAddress(saga: saga, step: "step", direction: direction), payload: [])
}

func doneForEach(_ commands: [Envelope]) throws -> [AnyReply] {
    try commands.map { try reply(.done(Nothing()), .done, to: $0) }
}

func refusedForEach(_ commands: [Envelope]) throws -> [AnyReply] {
    try commands.map { try reply(.refused(Refusal("no", "Not today.")), .refused, to: $0) }
}

private func reply(
    _ reply: Reply<Nothing>, _ outcome: AnyReply.Outcome, to command: Envelope
) throws -> AnyReply {
    AnyReply(
        outcome: outcome, type: command.type + ".reply", payload: try WireJSON.encode(reply))
}

/// What was handed to `apply`, call by call, as directions.
final class Applied: Sendable {
    private let calls = Mutex<[[String]]>([])

    var batches: [[String]] { calls.withLock { $0 } }

    func doEach(_ commands: [Envelope]) throws -> [AnyReply] {
        note(commands)
        return try doneForEach(commands)
    }

    func refuseEach(_ commands: [Envelope]) throws -> [AnyReply] {
        note(commands)
        return try refusedForEach(commands)
    }

    private func note(_ commands: [Envelope]) {
        calls.withLock { $0.append(commands.compactMap(\.saga?.direction.rawValue)) }
    }
}

/// Lets the first two threads that come go on together; later ones pass.
final class Meeting: Sendable {
    private let arrivals = Mutex(0)
    private let gate = DispatchSemaphore(value: 0)

    func wait() {
        let number = arrivals.withLock { count in
            count += 1
            return count
        }
        switch number {
        case 1: gate.wait()
        case 2: gate.signal()
        default: break
        }
    }
}
