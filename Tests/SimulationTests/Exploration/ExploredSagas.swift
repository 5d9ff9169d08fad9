@testable import Payment
@testable import Saga

/// The sagas that are explored: each of the product's, and some of other shapes.
enum ExploredSagas {
    static let payment = explored(paymentSaga(Patience()).plan)

    static let refund = explored(refundSaga(Patience()).plan)

    /// One step after the other.
    static let errands = plan(
        "errands", [["fetch-key"], ["open-door"]], pivot: "take-parcel", then: ["sign"])

    /// A group, then a step of its own, the decision, and one that must follow.
    static let journey = plan(
        "journey", [["book-hotel", "book-flight"], ["insure"]], pivot: "charge",
        then: ["send-ticket"])

    /// Nothing but a decision and what follows from it.
    static let decision = plan("decision", [], pivot: "decide", then: ["tell"])

    /// Asked twice each: enough for "again" and for "no more".
    private static let patience = RetryPolicy(attempts: 2)

    /// The same stages, with the shortest patience that has every turn.
    private static func explored(_ plan: Plan) -> Plan {
        Plan(
            name: plan.name,
            stages: plan.stages.map { stage in
                stage.map { step(plan.steps[$0].name, plan.steps[$0].kind) }
            })
    }

    private static func plan(
        _ name: String, _ undoable: [[String]], pivot: String, then following: [String]
    ) -> Plan {
        Plan(
            name: name,
            stages: undoable.map { $0.map { step($0, .compensatable) } }
                + [[step(pivot, .pivot)]] + following.map { [step($0, .retriable)] })
    }

    private static func step(_ name: String, _ kind: Plan.Kind) -> Plan.Step {
        Plan.Step(
            name: name, kind: kind, timeout: .seconds(5), retry: patience,
            undoRetry: kind == .compensatable ? patience : nil)
    }
}
