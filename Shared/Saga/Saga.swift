/// A business transaction over several services, declared as its steps.
///
/// ```swift
/// Saga<PaymentProgress>("payment") {
///     Compensatable("place-hold", ask: { PlaceHold($0) }, undo: { VoidHold($0) })
///     Compensatable("open-invoice", ask: { OpenInvoice($0) }, undo: { VoidInvoice($0) }) {
///         state, opened in state.fee = opened.fee
///     }
///     Pivot("post-hold", ask: { PostHold($0) })
///     Retriable("settle-invoice", ask: { SettleInvoice($0) }) { state, settled in
///         state.number = settled.number
///     }
/// }
/// ```
///
/// `State` is what the steps know of each other; it is stored as JSON (`WireJSON`) while the saga
/// runs. The steps of a saga must not change while sagas of its name run: give a saga with other
/// steps another name.
public struct Saga<State: Codable & Sendable>: Sendable {
    /// Stored with every running saga.
    public let name: String
    /// The saga as data, for the engine and for diagrams.
    public let plan: Plan

    let steps: [SagaStep<State>]

    public init(_ name: String, @SagaBuilder<State> steps: () -> CompletedSteps<State>) {
        self.name = name
        self.steps = steps().steps
        self.plan = Plan(name: name, steps: self.steps.map(\.plan))
    }
}
