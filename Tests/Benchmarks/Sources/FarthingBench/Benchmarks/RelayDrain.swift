import Foundation
import Kafka

/// How fast the relay takes a backlog from the log to the broker's acknowledgement.
///
/// Its limits: PostgreSQL's own client that reads the same slot and throws everything away, and a
/// producer that sends the same records from memory.
struct RelayDrain: Benchmark {
    static let name = "relay-drain"
    static let abstract = "a backlog of one-row transactions of 300 B until acknowledged"

    private static let topic = "bench.drain"
    /// As the relay names the slot of a source called `bench`.
    static let slot = "farthing_relay_bench"

    func run(_ bench: Bench) async throws -> Report {
        let rows = bench.pick(short: 100_000, long: 500_000)
        let stores = try await Stores.start(in: bench.place, topics: [Self.topic])
        do {
            let url = try await stores.createDatabase("bench")
            bench.say("writing \(rows) events")
            let backlog = try Backlog.write(rows, to: Self.topic, in: url)
            var report = Report(self)
            report.contests = [
                Contest(
                    condition: "\(rows) events", unit: "events/s",
                    measurements: try await bench.alternate([
                        Contestant("relay") { try await relay(backlog, stores, bench) },
                        Contestant("pg_recvlogical to /dev/null") {
                            try await receiver(backlog, bench)
                        },
                        Contestant("librdkafka producer alone") {
                            try await producer(rows, stores)
                        },
                    ]))
            ]
            report.notes = [
                "The relay is timed from its start as a process to the confirmation of its slot."
            ]
            await stores.stop()
            return report
        } catch {
            await stores.stop()
            throw error
        }
    }

    private func relay(_ backlog: Backlog, _ stores: Stores, _ bench: Bench) async throws -> Double
    {
        try await emptyBroker(stores)
        try backlog.makeSlot(Self.slot)
        let start = ContinuousClock.now
        try await stores.startProgram(
            "relay", "\(bench.place.binaries)/relay",
            environment: ["RELAY_SOURCES": "bench=\(backlog.url)"])
        try await backlog.untilConfirmed(Self.slot)
        let elapsed = ContinuousClock.now - start
        await stores.supervisor.stop("relay")
        try backlog.dropSlot(Self.slot)
        return Double(backlog.rows) / (elapsed / .seconds(1))
    }

    private func receiver(_ backlog: Backlog, _ bench: Bench) async throws -> Double {
        let slot = "bench_receiver"
        try backlog.makeSlot(slot)
        let start = ContinuousClock.now
        _ = try await Program(
            try PostgresProgram.locate("pg_recvlogical"),
            [
                "--dbname", backlog.url, "--slot", slot, "--start", "--file", "/dev/null",
                "--option", "proto_version=1", "--option", "publication_names=farthing_outbox",
                "--endpos", backlog.end, "--no-loop",
            ]
        ).run(in: bench.place)
        let elapsed = ContinuousClock.now - start
        try backlog.dropSlot(slot)
        return Double(backlog.rows) / (elapsed / .seconds(1))
    }

    private func producer(_ rows: Int, _ stores: Stores) async throws -> Double {
        try await emptyBroker(stores)
        let kafka = KafkaConfiguration(bootstrapServers: stores.kafka)
        let elapsed = try await OwnThread.run {
            try ProducerLoop.time(rows, to: Self.topic, kafka)
        }
        return Double(rows) / (elapsed / .seconds(1))
    }

    /// The broker holds everything in memory: each contestant finds it empty.
    private func emptyBroker(_ stores: Stores) async throws {
        try await stores.supervisor.restart("broker")
    }
}
