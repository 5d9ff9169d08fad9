import FoundationEssentials

/// What is told of a run, for people and, as `report.json`, for programs.
struct ChaosReport: Codable, Sendable {
    struct Operations: Codable, Equatable, Sendable {
        var tally: Records.Tally
        /// Of those that the client does not know of.
        var unknownThatExist: Int
        var unknownThatDoNot: Int
    }

    struct Events: Codable, Equatable, Sendable {
        var committed: Int
        var seen: Int
        /// Records beyond the first of their event.
        var duplicatesDelivered: Int
        /// Messages that consumers put aside: at least so many, for a killed process takes its
        /// count with it.
        var duplicatesRemoved: Int
        var outOfOrder: Int
        var lost: Int
    }

    /// Milliseconds from a fault's end to the success of a payment made then.
    struct Recovery: Codable, Equatable, Sendable {
        var count: Int
        var p50: Int64
        var max: Int64

        /// `nil` for no time at all.
        init?(_ times: [Int64]) {
            let sorted = times.sorted()
            guard let last = sorted.last else { return nil }
            count = sorted.count
            p50 = sorted[(sorted.count - 1) / 2]
            max = last
        }
    }

    let seed: UInt64
    let seconds: Int64
    let rate: Int
    let wasInterrupted: Bool
    let operations: Operations
    let natures: [String: Int]
    let faults: [String: Int]
    let recoveries: [String: Recovery]
    let everyRecovery: Recovery?
    let sagas: SagaCounts
    let events: Events
    let violations: [Violation]
    let timeline: [Timeline.Entry]

    init(
        seed: UInt64, length: Duration, rate: Int, wasInterrupted: Bool, facts: Facts,
        tally: Records.Tally, violations: [Violation]
    ) {
        self.seed = seed
        self.seconds = length.components.seconds
        self.rate = rate
        self.wasInterrupted = wasInterrupted
        self.operations = Operations(tally: tally, facts)
        natures = facts.operations.reduce(into: [:]) { counts, operation in
            if operation.action == .pay { counts[operation.order.nature.rawValue, default: 0] += 1 }
        }
        let byKind = Dictionary(grouping: facts.timeline) { $0.kind.rawValue }
        faults = byKind.mapValues(\.count)
        recoveries = byKind.compactMapValues { Recovery($0.compactMap(\.recoveryMilliseconds)) }
        everyRecovery = Recovery(facts.timeline.compactMap(\.recoveryMilliseconds))
        sagas = facts.sagas
        events = Events(
            committed: facts.outboxes.reduce(0) { $0 + $1.committed.count },
            seen: facts.sightings.ids.count, duplicatesDelivered: facts.sightings.repetitions,
            duplicatesRemoved: facts.consumers.duplicates,
            outOfOrder: violations.count { $0.kind == .outOfOrder },
            lost: violations.count { $0.kind == .lost })
        self.violations = violations
        timeline = facts.timeline
    }

    /// Pretty JSON.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

extension ChaosReport.Operations {
    init(tally: Records.Tally, _ facts: Facts) {
        self.init(tally: tally, unknownThatExist: 0, unknownThatDoNot: 0)
        for operation in facts.operations {
            guard case .unknown = operation.knowledge else { continue }
            let exists: Bool
            switch operation.action {
            case .pay: exists = !facts.payments[operation.name, default: []].isEmpty
            case .refund: exists = !facts.refunds[operation.name, default: []].isEmpty
            // A cancellation leaves nothing that has its name.
            case .cancel: continue
            }
            if exists { unknownThatExist += 1 } else { unknownThatDoNot += 1 }
        }
    }
}
