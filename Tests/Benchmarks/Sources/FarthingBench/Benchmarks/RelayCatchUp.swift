import LocalStack

/// How fast a relay that has no slot takes a backlog from the table to the broker's acknowledgement.
///
/// Beside PostgreSQL's own client that decodes the same backlog from the log and throws it away.
struct RelayCatchUp: Benchmark {
    static let name = "relay-catch-up"
    static let abstract =
        "a backlog of one-row transactions, read from the table, until acknowledged"

    private static let topic = "bench.catchup"

    func run(_ bench: Bench) async throws -> Report {
        let rows = bench.pick(short: 300_000, long: 5_000_000)
        return try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            let url = try await stores.createDatabase("bench")
            bench.say("writing \(rows) events")
            let backlog = try Backlog.write(rows, to: Self.topic, in: url)
            let runs = Collected<Run>()
            var report = Report(self)
            report.contests = [
                Contest(
                    condition: "\(rows) events", unit: "events/s",
                    measurements: try await bench.alternate([
                        Contestant("relay") {
                            let run = try await relay(backlog, stores, bench)
                            runs.append(run)
                            return run.rate
                        },
                        Contestant(LogReceiver.name) {
                            try await LogReceiver.rate(backlog, bench)
                        },
                    ]))
            ]
            let published = try await stores.records(in: Self.topic, expecting: rows)
            guard published == rows else {
                throw BenchError("\(published) of \(rows) events came out of the last catch-up")
            }
            report.figures = Self.figures(runs.all)
            report.notes = [
                "The relay is timed from its start as a process to the making of its slot, which"
                    + " it makes when all is acknowledged."
            ]
            return report
        }
    }

    /// What came of one catch-up: events a second, megabytes at most, and each process's seconds of
    /// the processor for an event.
    private struct Run: Sendable {
        let rate: Double
        let memory: Double
        let processor: [String: Double]
    }

    private func relay(
        _ backlog: Backlog, _ stores: Stores, _ bench: Bench
    ) async throws -> Run {
        try await stores.emptyBroker()
        // Of the relay there is none yet.
        let before = try await stores.processorTimes()
        let start = ContinuousClock.now
        try await stores.startProgram(
            "relay", "\(bench.place.binaries)/relay",
            environment: ["RELAY_SOURCES": "bench=\(backlog.url)"])
        try await backlog.untilExists(RelayDrain.slot)
        let elapsed = ContinuousClock.now - start
        let after = try await stores.processorTimes()
        let memory = try await ResidentMemory.of("relay", stores.supervisor)
        await stores.supervisor.stop("relay")
        try await backlog.forget(RelayDrain.slot)
        return Run(
            rate: Double(backlog.rows) / (elapsed / .seconds(1)), memory: memory.peak,
            processor: after.merging(before, uniquingKeysWith: -)
                .mapValues { $0 / Double(backlog.rows) })
    }

    private static func figures(_ runs: [Run]) -> [Figure] {
        let memory = Figure(
            what: "relay, memory at most", condition: "catching up",
            value: Measurement.median(of: runs.map(\.memory)), unit: "MB")
        let names = Set(runs.flatMap(\.processor.keys)).sorted()
        return [memory]
            + names.map { name in
                Figure(
                    what: "processor, \(name)", condition: "catching up",
                    value: Measurement.median(of: runs.compactMap { $0.processor[name] })
                        * 1_000_000, unit: "us each")
            }
    }
}
