import TestSupport
import Testing

@testable import Farthing

@Suite("The plan of a chaos run", .tags(.unit))
struct FaultPlanTests {
    @Test("is the same for the same seed and another for another")
    func repeats() {
        let plan = FaultPlan(seed: 42, length: .seconds(600))
        #expect(plan == FaultPlan(seed: 42, length: .seconds(600)))
        #expect(plan.windows != FaultPlan(seed: 43, length: .seconds(600)).windows)
    }

    @Test("of a longer run begins as that of a shorter one")
    func prefix() {
        let short = FaultPlan(seed: 5, length: .seconds(60)).windows
        let long = FaultPlan(seed: 5, length: .seconds(600)).windows
        #expect(long.starts(with: short))
        #expect(long.count > short.count)
    }

    @Test("has every kind of fault before it has one twice", arguments: UInt64(1)...20)
    func everyKind(seed: UInt64) {
        let kinds = FaultPlan(seed: seed, length: .seconds(300)).windows.map(\.fault.kind)
        #expect(Set(kinds.prefix(Fault.Kind.allCases.count)) == Set(Fault.Kind.allCases))
    }

    @Test("leaves the system alone between faults and at the end", arguments: UInt64(1)...20)
    func recovery(seed: UInt64) {
        let length = Duration.seconds(120)
        var free = Duration.zero
        for window in FaultPlan(seed: seed, length: length).windows {
            #expect(window.begins >= free)
            free = window.begins + window.lasts + .seconds(4)
        }
        #expect(free - .seconds(2) <= length)
    }

    @Test("kills nothing that is frozen", arguments: UInt64(1)...50)
    func frozen(seed: UInt64) {
        for window in FaultPlan(seed: seed, length: .seconds(300)).windows {
            if let victim = window.victim { #expect(window.fault != .freeze(victim)) }
        }
    }

    @Test("leaves a broker alone that is not ours", arguments: UInt64(1)...20)
    func foreignBroker(seed: UInt64) {
        let plan = FaultPlan(seed: seed, length: .seconds(300), ownBroker: false)
        for window in plan.windows { #expect(!window.fault.kind.needsOwnBroker) }
        #expect(!plan.windows.isEmpty)
    }
}

@Suite("The orders of a chaos run", .tags(.unit))
struct OrderTests {
    @Test("are the same for the same seed and number")
    func repeats() {
        for number in 0..<100 {
            #expect(Order(number, seed: 1) == Order(number, seed: 1))
        }
        let differing = (0..<100).filter { Order($0, seed: 1) != Order($0, seed: 2) }
        #expect(differing.count == 100)
    }

    @Test("are of many kinds, most of them plain")
    func mix() {
        let orders = (0..<2000).map { Order($0, seed: 3) }
        let counts = Dictionary(grouping: orders, by: \.nature).mapValues(\.count)
        #expect(counts.count == Order.Nature.allCases.count)
        #expect((counts[.payment] ?? 0) > 800)
        #expect(orders.count { $0.haste != nil } > 100)
        let firstParts = orders.filter { $0.firstPart < 1 || $0.firstPart >= $0.amount }
        #expect(firstParts.isEmpty)
    }

    @Test("that probe are plain and patient")
    func probes() {
        for number in 1...100 {
            let probe = Order.probe(number, seed: 9)
            #expect(probe.nature == .payment)
            #expect(probe.haste == nil)
        }
    }
}
