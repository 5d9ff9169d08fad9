import Contracts

/// What a participant remembers of the commands it was sent: the pure half of `Participant`.
///
/// One answer per saga, step and direction makes a duplicate a no-op that is answered again. It
/// holds what the database knew when the batch began and what was decided since.
struct Barrier {
    /// How a command ended.
    struct Answer: Equatable {
        enum Outcome: String {
            case done, refused
            /// The undo came before its action: whenever the action comes, it is refused.
            case undoneBeforeDone = "undone-before-done"
        }

        let outcome: Outcome
        /// `nil` if and only if undone before done: a tombstone does not know the action's type.
        let reply: AnyReply?
    }

    /// What to do about a command.
    enum Verdict: Equatable {
        case answer(AnyReply)
        case apply
    }

    private var known: [SagaAddress: Answer] = [:]
    /// Decided in this transaction and not yet written down.
    private(set) var unwritten: [(address: SagaAddress, answer: Answer)] = []

    /// Takes in what the database holds.
    mutating func load(_ answer: Answer, at address: SagaAddress) {
        known[address] = answer
    }

    /// Remembers how a command was answered.
    mutating func record(_ reply: AnyReply, at address: SagaAddress) {
        record(
            Answer(outcome: reply.outcome == .done ? .done : .refused, reply: reply), at: address)
    }

    /// Decides about a command; the fate of its opposite must be known already.
    mutating func judge(_ command: Envelope, at address: SagaAddress) throws -> Verdict {
        if let answer = known[address] {
            return .answer(try answer.reply ?? .undoneBeforeDone(command))
        }
        guard address.direction == .compensation else { return .apply }

        let action = SagaAddress(saga: address.saga, step: address.step, direction: .action)
        if known[action]?.outcome == .done { return .apply }
        // Nothing to undo. If the action was never seen it may still be on its way, so that its
        // place is taken before it comes.
        if known[action] == nil {
            record(Answer(outcome: .undoneBeforeDone, reply: nil), at: action)
        }
        let reply = try AnyReply.nothingToUndo(command)
        record(reply, at: address)
        return .answer(reply)
    }

    private mutating func record(_ answer: Answer, at address: SagaAddress) {
        known[address] = answer
        unwritten.append((address, answer))
    }
}

extension AnyReply {
    /// The answer to an action that comes after its undo.
    static func undoneBeforeDone(_ command: Envelope) throws -> AnyReply {
        let refusal = Refusal("undone-before-done", "The command came after its own undo.")
        return AnyReply(
            outcome: .refused, type: command.replyType,
            payload: try WireJSON.encode(Reply<Nothing>.refused(refusal)))
    }

    /// The answer to an undo whose action never came or was refused.
    static func nothingToUndo(_ command: Envelope) throws -> AnyReply {
        AnyReply(
            outcome: .done, type: command.replyType,
            payload: try WireJSON.encode(Reply<Nothing>.done(Nothing())))
    }
}

extension Envelope {
    /// `Command.replyType`, for a command that is known by its envelope only.
    var replyType: String { type + ".reply" }
}
