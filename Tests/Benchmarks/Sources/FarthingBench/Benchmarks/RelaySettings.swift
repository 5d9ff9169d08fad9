import Kafka
import Postgres

/// What compression and waiting for company cost and bring the relay: the reason of its defaults.
struct RelaySettings: Benchmark {
    static let name = "relay-settings"
    static let abstract = "compression and linger of the relay's producer: drain and latency"

    private static let topic = "bench.settings"

    /// Of librdkafka's settings.
    private struct Setting: Sendable {
        let compression: String
        let linger: String

        var name: String { "\(compression), linger \(linger) ms" }
        var environment: [String: String] {
            [
                "KAFKA_PRODUCER_COMPRESSION_TYPE": compression,
                "KAFKA_PRODUCER_LINGER_MS": linger,
            ]
        }
    }

    private static let settings = ["none", "lz4", "zstd"].flatMap { compression in
        ["0", "0.2", "1", "5"].map { Setting(compression: compression, linger: $0) }
    }

    func run(_ bench: Bench) async throws -> Report {
        let rows = bench.pick(short: 50_000, long: 500_000)
        return try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            let url = try await stores.createDatabase("bench")
            bench.say("writing \(rows) events")
            let backlog = try Backlog.write(rows, to: Self.topic, in: url)
            var report = Report(self)
            report.contests = [
                Contest(
                    condition: "drain of \(rows) events", unit: "events/s",
                    measurements: try await bench.alternate(
                        Self.settings.map { setting in
                            Contestant(setting.name) {
                                try await RelayDrain.relay(
                                    backlog, stores, bench, environment: setting.environment)
                            }
                        }))
            ]
            for setting in Self.settings {
                report.latencies.append(try await latency(setting, url, stores, bench))
            }
            report.notes = ["The latency is from commit to acknowledgement, at 1,000 events/s."]
            return report
        }
    }

    private func latency(
        _ setting: Setting, _ url: String, _ stores: Stores, _ bench: Bench
    ) async throws -> LatencySummary {
        let port = try await stores.startProgram(
            "relay", "\(bench.place.binaries)/relay",
            environment: setting.environment.merging(["RELAY_SOURCES": "bench=\(url)"]) { $1 })
        let database = try Database(
            .init(url: url, connections: 16, queueLimit: 1_000_000), logger: .quiet)
        let events = SteadyEvents(topic: Self.topic, database: database)
        try await events.write(OpenLoop(perSecond: 1000, duration: .seconds(1)))
        let before = try await AcknowledgedTimes.read(port: port)
        let loop = OpenLoop(
            perSecond: 1000, duration: bench.pick(short: .seconds(3), long: .seconds(20)))
        try await events.write(loop)
        try await Task.sleep(for: .seconds(1))
        let times = try await AcknowledgedTimes.read(port: port).since(before)
        await database.close()
        await stores.supervisor.stop("relay")
        bench.say("\(setting.name): p50 \(Table.number(times.percentile(50) * 1000)) ms")
        return times.summary(setting.name, "1000/s")
    }
}
