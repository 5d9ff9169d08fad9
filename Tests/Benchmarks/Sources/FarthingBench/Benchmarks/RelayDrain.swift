import Foundation
import Kafka
import Postgres

/// How fast the relay takes a backlog from the log to the broker's acknowledgement.
///
/// Its limits: PostgreSQL's own client that reads the same slot and throws everything away, and a
/// producer that sends the same records from memory.
struct RelayDrain: Benchmark {
    static let name = "relay-drain"
    static let abstract = "a backlog of one-row transactions of 300 B until acknowledged"

    private static let topic = "bench.drain"
    /// How old a transaction is beside which the relay is measured.
    private static let age = Duration.seconds(600)
    /// As the relay names the slot of a source called `bench`.
    static let slot = "farthing_relay_bench"

    func run(_ bench: Bench) async throws -> Report {
        let rows = bench.pick(short: 100_000, long: 500_000)
        return try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            let url = try await stores.createDatabase("bench")
            bench.say("writing \(rows) events")
            let backlog = try Backlog.write(rows, to: Self.topic, in: url)
            var contestants = [
                Contestant("relay") { try await Self.relay(backlog, stores, bench) },
                Contestant(LogReceiver.name) { try await LogReceiver.rate(backlog, bench) },
                Contestant("librdkafka producer alone") { try await producer(rows, stores) },
            ]
            var report = Report(self)
            report.notes = [
                "The relay is timed from its start as a process to the confirmation of its slot."
            ]
            if let debezium = bench.debezium {
                contestants.append(
                    Contestant(Debezium.name) {
                        try await debezium.rate(backlog, stores, bench)
                    })
                report.notes.append(
                    "Debezium is timed over the second half of the backlog, when it is warm.")
            } else {
                report.notes.append("Debezium was not measured: see --debezium.")
            }
            report.contests = [
                Contest(
                    condition: "\(rows) events", unit: "events/s",
                    measurements: try await bench.alternate(contestants))
            ]
            if bench.effort == .long {
                report.contests.append(try await besideOpenTransaction(backlog, stores, bench))
            } else {
                report.notes.append("Beside an old transaction it is measured with --long.")
            }
            return report
        }
    }

    /// The relay again, while a transaction stays open that has written something: beside what it
    /// does right after, without one.
    private func besideOpenTransaction(
        _ backlog: Backlog, _ stores: Stores, _ bench: Bench
    ) async throws -> Contest {
        let connection = try Connection(url: backlog.url)
        try connection.execute(
            """
            BEGIN ISOLATION LEVEL REPEATABLE READ;
            CREATE TABLE held (number int);
            SELECT count(*) FROM outbox_default WHERE position < 10;
            """)
        bench.say("a transaction is open; going on after \(Self.age)")
        try await Task.sleep(for: Self.age)
        func measure(_ name: String) async throws -> [Measurement] {
            try await bench.alternate([
                Contestant(name) { try await Self.relay(backlog, stores, bench) }
            ])
        }
        let beside = try await measure("relay")
        try connection.execute("ROLLBACK")
        return Contest(
            condition: "a transaction open all the time", unit: "events/s",
            measurements: beside + (try await measure("without it")))
    }

    /// Events a second, of a relay with that environment.
    static func relay(
        _ backlog: Backlog, _ stores: Stores, _ bench: Bench, environment: [String: String] = [:]
    ) async throws -> Double {
        try await stores.emptyBroker()
        try backlog.makeSlot(slot)
        let start = ContinuousClock.now
        try await stores.startProgram(
            "relay", "\(bench.place.binaries)/relay",
            environment: environment.merging(["RELAY_SOURCES": "bench=\(backlog.url)"]) { $1 })
        try await backlog.untilConfirmed(slot)
        let elapsed = ContinuousClock.now - start
        await stores.supervisor.stop("relay")
        try await backlog.untilFree(slot)
        try backlog.dropSlot(slot)
        return Double(backlog.rows) / (elapsed / .seconds(1))
    }

    private func producer(_ rows: Int, _ stores: Stores) async throws -> Double {
        try await stores.emptyBroker()
        let kafka = KafkaConfiguration(bootstrapServers: stores.kafka)
        let elapsed = try await OwnThread.run {
            try ProducerLoop.time(rows, to: Self.topic, kafka)
        }
        return Double(rows) / (elapsed / .seconds(1))
    }
}
