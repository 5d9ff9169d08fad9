extension ChaosReport {
    /// For people, line by line.
    var lines: [String] {
        let tally = operations.tally
        var lines = [
            "operations".column(14)
                + "\(tally.sent) sent, \(tally.acknowledged) acknowledged, \(tally.refused) refused, "
                + "\(tally.unknown) unknown to the client "
                + "(\(operations.unknownThatExist) exist, \(operations.unknownThatDoNot) do not)",
            "faults".column(14) + Self.list(faults),
            "sagas".column(14)
                + "\(sagas.succeeded) succeeded, \(sagas.compensated) compensated, "
                + "\(sagas.needIntervention) intervened, \(sagas.underWay) unended",
            "events".column(14)
                + "\(events.committed) committed, \(events.seen) seen, \(events.lost) lost, "
                + "\(events.outOfOrder) out of order",
            "duplicates".column(14)
                + "\(events.duplicatesDelivered) delivered by the relay, "
                + "\(events.duplicatesRemoved) or more removed by consumers",
        ]
        if let every = everyRecovery {
            lines.append("recovery".column(14) + Self.times(every, of: "all"))
            for (kind, recovery) in recoveries.sorted(by: { $0.key < $1.key }) {
                lines.append("".column(14) + Self.times(recovery, of: kind))
            }
        }
        return lines
    }

    private static func list(_ counts: [String: Int]) -> String {
        let total = counts.values.reduce(0, +)
        let parts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return "\(total): " + (parts.isEmpty ? "none" : parts.joined(separator: ", "))
    }

    private static func times(_ recovery: Recovery, of kind: String) -> String {
        kind.column(24) + "p50 \(Duration.milliseconds(recovery.p50).short), max "
            + "\(Duration.milliseconds(recovery.max).short) (of \(recovery.count))"
    }
}
