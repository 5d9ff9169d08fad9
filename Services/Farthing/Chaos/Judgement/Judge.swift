/// Says what went wrong, from the facts alone. Pure.
struct Judge: Sendable {
    let facts: Facts

    init(_ facts: Facts) { self.facts = facts }

    /// Everything that violates what is promised; nothing if all is well.
    func violations() -> [Violation] {
        eventViolations() + paymentViolations() + refundViolations() + generalViolations()
    }

    private func generalViolations() -> [Violation] {
        var found: [Violation] = []
        if facts.sagas.underWay > 0 {
            found.append(Violation(.unended, "sagas", "\(facts.sagas.underWay) are under way"))
        }
        if facts.sagas.needIntervention > 0 {
            found.append(
                Violation(
                    .intervention, "sagas", "\(facts.sagas.needIntervention) wait for a person"))
        }
        if facts.consumers.dead > 0 {
            found.append(
                Violation(.deadLetter, "consumers", "put \(facts.consumers.dead) messages aside"))
        }
        if facts.consumers.outOfOrder > 0 {
            found.append(
                Violation(
                    .outOfOrder, "consumers",
                    "met \(facts.consumers.outOfOrder) messages out of their key's order"))
        }
        for balance in facts.balances
        where balance.posted != balance.expected || balance.pendingOut != 0 {
            found.append(
                Violation(
                    .balance, balance.account,
                    "has \(balance.posted), of it \(balance.pendingOut) held; "
                        + "its owner counts \(balance.expected)"))
        }
        for entry in facts.timeline where entry.didNotRecover {
            found.append(Violation(.notRecovered, entry.kind.rawValue, "after \(entry.what)"))
        }
        found += facts.findings.map { Violation(.books, "verifier", $0) }
        found += facts.gaps.map { Violation(.unseen, "inspection", $0) }
        return found
    }
}
