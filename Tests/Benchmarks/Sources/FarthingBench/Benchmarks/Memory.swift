import Foundation
import Kafka
import LocalStack

/// How much memory each process holds: at rest, under load, and after a backlog, which must not
/// matter however long it is. At rest also what each takes of the processor.
struct Memory: Benchmark {
    static let name = "memory"
    static let abstract = "resident memory at rest, under load and after backlogs of two sizes"

    private static let topic = "bench.memory"

    func run(_ bench: Bench) async throws -> Report {
        var report = Report(self)
        try await TestedStack.with(bench.place) { tested in
            try await services(tested, bench, &report)
        }
        let large = bench.pick(short: 200_000, long: 1_000_000)
        for count in [large / 2, large] {
            try await backlog(count, bench, &report)
        }
        report.notes = [
            "The last two pairs must be alike: what a backlog is made of stays on the disk."
        ]
        return report
    }

    private func services(
        _ tested: TestedStack, _ bench: Bench, _ report: inout Report
    ) async throws {
        try await tested.openFeePlan()
        let supervisor = tested.stack.supervisor
        let names = Stack.services + ["relay"]
        func note(_ condition: String, _ peak: Bool) async throws {
            for name in names {
                let memory = try await ResidentMemory.of(name, supervisor)
                report.figures.append(
                    Figure(
                        what: name, condition: condition, value: peak ? memory.peak : memory.now,
                        unit: "MB"))
            }
        }
        try await note("at rest", false)
        let before = try await ProcessorCost.sofar(tested)
        let rest = bench.pick(short: 5, long: 20)
        try await Task.sleep(for: .seconds(rest))
        report.figures += ProcessorCost.figures(
            [try await ProcessorCost.sofar(tested).since(before, rest)],
            condition: "at rest, a second")
        let payments = PaymentLoad(tested, try await tested.openAccounts(1000))
        bench.say("under load")
        _ = try await payments.load(128, wait: 20).run(
            .time(bench.pick(short: .seconds(5), long: .seconds(60))))
        try await note("128 payments at once, peak", true)
    }

    /// A relay that finds `count` events that nobody has published, and a consumer that finds as
    /// many that it has not received.
    private func backlog(_ count: Int, _ bench: Bench, _ report: inout Report) async throws {
        try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            let url = try await stores.createDatabase("bench")
            bench.say("a backlog of \(count) events")
            let backlog = try Backlog.write(count, to: Self.topic, in: url)
            try backlog.makeSlot(RelayDrain.slot)
            try await stores.startProgram(
                "relay", "\(bench.place.binaries)/relay",
                environment: ["RELAY_SOURCES": "bench=\(url)"])
            try await backlog.untilConfirmed(RelayDrain.slot)
            let relay = try await ResidentMemory.of("relay", stores.supervisor)
            let consumer = try await ConsumingProcess.start(
                Self.topic, into: url, stores, bench.place)
            _ = try await consumer.rate(of: count)
            let consuming = try await ResidentMemory.of(ConsumingProcess.name, stores.supervisor)
            for (what, memory) in [("relay", relay), ("consumer", consuming)] {
                report.figures.append(
                    Figure(
                        what: what, condition: "after \(count) events, peak", value: memory.peak,
                        unit: "MB"))
            }
        }
    }
}
