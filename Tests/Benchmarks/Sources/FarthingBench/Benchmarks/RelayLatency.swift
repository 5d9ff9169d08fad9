import Kafka
import Postgres

/// How long an event takes from its commit to the broker's acknowledgement, and to a consumer's
/// hands, events coming at a steady rate.
///
/// Its limit: a record that is produced directly, without a database and a relay.
struct RelayLatency: Benchmark {
    static let name = "relay-latency"
    static let abstract = "commit to consumer, open loop, beside produce to consumer"

    private static let topic = "bench.latency"

    func run(_ bench: Bench) async throws -> Report {
        try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            try await measure(stores, bench)
        }
    }

    private func measure(_ stores: Stores, _ bench: Bench) async throws -> Report {
        let url = try await stores.createDatabase("bench")
        let port = try await stores.startProgram(
            "relay", "\(bench.place.binaries)/relay",
            environment: ["RELAY_SOURCES": "bench=\(url)"])
        // What cannot be written in time waits, and is late: it must not be refused.
        let database = try Database(
            .init(url: url, connections: 16, queueLimit: 1_000_000), logger: .quiet)
        let kafka = KafkaConfiguration(bootstrapServers: stores.kafka)
        let arrivals = try Arrivals(of: Self.topic, kafka)
        try await arrivals.join()
        try await warmUp(database, arrivals)
        var report = Report(self)
        for rate in [100, 1000, 5000] {
            let loop = OpenLoop(
                perSecond: rate, duration: bench.pick(short: .seconds(1), long: .seconds(20)))
            var commits = Latency()
            var whole = Latency()
            var direct = Latency()
            var acknowledged: AcknowledgedTimes?
            for _ in 0..<bench.rounds {
                let before = try await AcknowledgedTimes.read(port: port)
                try await relay(loop, database, arrivals, &commits, &whole)
                let after = try await AcknowledgedTimes.read(port: port)
                acknowledged = after.since(before).adding(acknowledged)
                try await produce(loop, kafka, arrivals, &direct)
            }
            bench.say("\(rate)/s done")
            if let acknowledged {
                report.latencies.append(
                    acknowledged.summary("committed to acknowledged", "\(rate)/s"))
            }
            report.latencies += [
                commits.summary("committed to consumer", "\(rate)/s"),
                whole.summary("due to consumer", "\(rate)/s"),
                direct.summary("produced to consumer, no relay", "\(rate)/s"),
            ]
        }
        report.notes = [
            "'due' is when an event was to be written: what waits for a slow one before it is late",
            "'acknowledged' is what the relay says, from the commit's time in the log to the delivery"
                + " report: within a bucket of its histogram",
        ]
        await arrivals.close()
        await database.close()
        return report
    }

    private func warmUp(_ database: Database, _ arrivals: Arrivals) async throws {
        var ignored = Latency()
        var alsoIgnored = Latency()
        try await relay(
            OpenLoop(perSecond: 200, duration: .seconds(1)), database, arrivals, &ignored,
            &alsoIgnored)
    }

    private func relay(
        _ loop: OpenLoop, _ database: Database, _ arrivals: Arrivals, _ commits: inout Latency,
        _ whole: inout Latency
    ) async throws {
        async let arrived = arrivals.collect(loop.count, within: loop.duration + .seconds(30))
        let written = try await SteadyEvents(topic: Self.topic, database: database).write(loop)
        let times = try await arrived
        for (number, row) in written {
            guard let time = times[number] else { continue }
            commits.record(time - row.committed)
            whole.record(time - row.due)
        }
    }

    private func produce(
        _ loop: OpenLoop, _ kafka: KafkaConfiguration, _ arrivals: Arrivals,
        _ latency: inout Latency
    ) async throws {
        async let arrived = arrivals.collect(loop.count, within: loop.duration + .seconds(30))
        let sent = try await OwnThread.run { try ProducerLoop.pace(loop, to: Self.topic, kafka) }
        let times = try await arrived
        for (number, start) in sent.enumerated() {
            guard let time = times[number] else { continue }
            latency.record(time - start)
        }
    }
}
