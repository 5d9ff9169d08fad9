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
/// runs. The steps of a saga, and their order, must not change while sagas of its name run: give a
/// saga with other steps another name. Steps that stood one after the other may be made `Parallel`:
/// a saga under way asks what it has not asked yet.
public struct Saga<State: Codable & Sendable>: Sendable {
    /// Stored with every running saga.
    public let name: String
    /// The saga as data, for the engine and for diagrams.
    public let plan: Plan

    let steps: [SagaStep<State>]

    public init(_ name: String, @SagaBuilder<State> steps: () -> CompletedSteps<State>) {
        let stages = steps().stages
        self.name = name
        self.steps = stages.flatMap { $0 }
        self.plan = Plan(name: name, stages: stages.map { $0.map(\.plan) })
    }
}
