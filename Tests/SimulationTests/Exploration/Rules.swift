@testable import Saga

/// Invariants 5 and 7 of the design, and the order in which a saga does and undoes.
extension Universe {
    /// The rule that a moment breaks, if any. It must hold at every moment, also long after the
    /// end, whatever is still delivered then.
    func brokenRule(at moment: Moment) -> String? {
        var standing = 0
        for step in plan.steps.indices {
            let facts = participants.facts[moment[desk: step]]
            if facts.contains(.doneTwice) { return "\(name(step)) took effect twice" }
            if facts.contains(.undoneTooOften) {
                return "\(name(step)) was undone more often than done"
            }
            if facts.contains(.stands) { standing += 1 }
        }
        switch saga.phases[moment.saga] {
        case .succeeded:
            if standing < plan.steps.count { return "it succeeded, but an effect does not stand" }
        case .compensated:
            if standing > 0 { return "it was compensated, but an effect stands" }
        case .compensating:
            if participants.facts[moment[desk: plan.pivot]].contains(.stands) {
                return "it compensates, but its pivot stands"
            }
        case .running: break
        }
        return standing > 0 ? disorder(at: moment) : nil
    }

    /// Stages are done in order and undone in the opposite order.
    private func disorder(at moment: Moment) -> String? {
        for stage in plan.stages {
            for later in stage where participants.facts[moment[desk: later]].contains(.stands) {
                for earlier in 0..<stage.lowerBound {
                    let facts = participants.facts[moment[desk: earlier]]
                    if facts.contains(.neverDone) {
                        return "\(name(later)) was done before \(name(earlier))"
                    }
                    if facts.contains(.undone) {
                        return "\(name(earlier)) was undone before \(name(later))"
                    }
                }
            }
        }
        return nil
    }

    private func name(_ step: Int) -> String { plan.steps[step].name }
}
