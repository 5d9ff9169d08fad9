import Contracts

/// One step without its message types: what the runner calls.
struct SagaStep<State: Codable & Sendable>: Sendable {
    /// What a message that is sent has to carry besides itself.
    struct Context {
        let source: String
        let tenant: String
        let traceparent: String?
    }

    /// An answer that was read: what the engine needs to know, and what the state takes from it.
    struct Heard {
        let answer: Engine.Answer
        /// `nil` if the state is to stay as it is.
        var take: ((inout State) -> Void)?
    }

    let plan: Plan.Step
    /// Writes the command.
    let action: @Sendable (State, SagaAddress, Context) throws -> Envelope
    /// Writes the command that undoes it.
    let undo: (@Sendable (State, SagaAddress, Context) throws -> Envelope)?
    /// Reads the answer to the command.
    let hear: @Sendable (Envelope) throws -> Heard

    init<Ask: Command>(
        plan: Plan.Step, ask: @escaping @Sendable (State) throws -> Ask,
        undo: (@Sendable (State, SagaAddress, Context) throws -> Envelope)? = nil,
        done: (@Sendable (inout State, Ask.Done) -> Void)?
    ) {
        self.plan = plan
        self.action = Self.writer(ask)
        self.undo = undo
        self.hear = { envelope in
            switch try envelope.decode(Reply<Ask.Done>.self) {
            case .done(let answer):
                Heard(answer: .done, take: done.map { done in { done(&$0, answer) } })
            case .refused(let refusal): Heard(answer: .refused(refusal))
            }
        }
    }

    /// Turns a function that makes a command into one that makes its envelope.
    static func writer<Asked: Command>(
        _ ask: @escaping @Sendable (State) throws -> Asked
    ) -> @Sendable (State, SagaAddress, Context) throws -> Envelope {
        { state, address, context in
            try Envelope(
                try ask(state), source: context.source, tenant: context.tenant, saga: address,
                traceparent: context.traceparent)
        }
    }

    /// Reads the answer to the undo, which says no more than whether it was done.
    func hearUndo(_ envelope: Envelope) throws -> Heard {
        switch try envelope.decode(Reply<Nothing>.self) {
        case .done: Heard(answer: .done)
        case .refused(let refusal): Heard(answer: .refused(refusal))
        }
    }
}

extension Engine.Answer {
    /// A participant's refusal as the engine sees it.
    static func refused(_ refusal: Refusal) -> Self {
        .refused(code: refusal.code, detail: refusal.detail)
    }
}
