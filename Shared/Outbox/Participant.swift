public import Contracts
public import Postgres

/// A service's side of other services' sagas: answers each command once, however often it comes.
///
/// The barrier is one row per saga, step and direction, written in the transaction of the effect:
///
/// | command | answer |
/// |---|---|
/// | an action or an undo that was answered before | the recorded reply, again |
/// | an undo whose action never came, or was refused | done, without doing anything |
/// | an action whose undo came first | refused with the code `undone-before-done` |
/// | anything else | what `apply` says |
///
/// A refused action stays refused: its saga may be compensating already, and an action that
/// succeeded then would never be undone. A refused undo had no effect and is not recorded, so that
/// asking again can succeed. The same holds for the commands named in `neverFinal`.
public struct Participant: Sendable {
    private let source: String
    private let replyTopic: String
    private let neverFinal: Set<String>

    /// - Parameters:
    ///   - source: CloudEvents source of the replies, `/farthing/ledger`.
    ///   - replyTopic: where the asker listens.
    ///   - neverFinal: types of commands that cannot be undone (retriable steps, after a saga's
    ///     pivot), whose refusal therefore means "not now" and is decided anew when asked again.
    public init(source: String, replyTopic: String, neverFinal: Set<String> = []) {
        self.source = source
        self.replyTopic = replyTopic
        self.neverFinal = neverFinal
    }

    /// Answers every command of a batch through the outbox.
    ///
    /// `apply` is handed fresh commands, in order, and gives one reply for each. It is called once
    /// a batch, or more often if a batch holds a command twice or together with its undo, whose
    /// fate depends on what the first of them came to.
    ///
    /// Throws what `apply` throws, `OutboxError`, and `PostgresError`. If another transaction
    /// answered one of the commands meanwhile, this one ends with `.serializationFailure`, upon
    /// which `Database.transaction` runs it again.
    public func handle(
        _ commands: [Envelope], in tx: borrowing Transaction,
        apply: ([Envelope]) throws -> [AnyReply]
    ) throws {
        guard !commands.isEmpty else { return }
        let addresses = try commands.map { command in
            guard let address = command.saga else {
                throw OutboxError(.notACommand, "\(command.type) \(command.id) names no saga step")
            }
            return address
        }
        var barrier = try Barrier.load(addresses, in: tx)
        let replies = try answer(commands, at: addresses, barrier: &barrier, apply: apply)
        try barrier.write(in: tx)
        try Outbox.append(zip(commands, replies).map(envelope(answering:with:)), in: tx)
    }

    /// One reply for each command, in order: the pure half of `handle`.
    func answer(
        _ commands: [Envelope], at addresses: [SagaAddress], barrier: inout Barrier,
        apply: ([Envelope]) throws -> [AnyReply]
    ) throws -> [AnyReply] {
        var replies = [AnyReply?](repeating: nil, count: commands.count)
        var waiting: [Int] = []
        var undecided: Set<Step> = []

        func applyWaiting() throws {
            guard !waiting.isEmpty else { return }
            let answers = try apply(waiting.map { commands[$0] })
            guard answers.count == waiting.count else {
                throw OutboxError(
                    .wrongNumberOfReplies,
                    "\(waiting.count) commands were answered by \(answers.count) replies")
            }
            for (index, reply) in zip(waiting, answers) {
                replies[index] = reply
                if isFinal(reply, to: commands[index], at: addresses[index]) {
                    barrier.record(reply, at: addresses[index])
                }
            }
            waiting.removeAll(keepingCapacity: true)
            undecided.removeAll(keepingCapacity: true)
        }

        for (index, (command, address)) in zip(commands, addresses).enumerated() {
            let step = Step(saga: address.saga, name: address.step)
            if undecided.contains(step) { try applyWaiting() }
            switch try barrier.judge(command, at: address) {
            case .answer(let reply): replies[index] = reply
            case .apply:
                waiting.append(index)
                undecided.insert(step)
            }
        }
        try applyWaiting()
        return replies.compactMap { $0 }
    }

    private func isFinal(_ reply: AnyReply, to command: Envelope, at address: SagaAddress) -> Bool {
        reply.outcome == .done
            || address.direction == .action && !neverFinal.contains(command.type)
    }

    func envelope(answering command: Envelope, with reply: AnyReply) -> Envelope {
        Envelope(
            topic: replyTopic, key: command.saga?.saga.description ?? command.key,
            aggregate: "saga", type: reply.type, source: source, subject: command.subject,
            tenant: command.tenant, saga: command.saga, traceparent: command.traceparent,
            payload: reply.payload)
    }

    private struct Step: Hashable {
        let saga: SagaID
        let name: String
    }
}
