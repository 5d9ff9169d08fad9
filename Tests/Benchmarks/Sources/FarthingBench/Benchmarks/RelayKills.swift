import Foundation
import Kafka
import LocalStack

/// What becomes of events while the relay that leads is killed again and again, and another takes
/// over from it: none is lost, none of a key comes out of order, and some come more than once.
struct RelayKills: Benchmark {
    static let name = "relay-kills"
    static let abstract = "events lost, out of order and repeated while leading relays are killed"

    private static let topic = "bench.kills"
    private static let relays = ["relay-1", "relay-2"]
    /// Time from one kill to the next: so that some hit a relay that is just taking over, and others
    /// one that is far ahead. Then from the beginning again.
    private static let pauses = [0.25, 1, 3, 9].map(Duration.seconds)

    func run(_ bench: Bench) async throws -> Report {
        try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            let events = NumberedEvents(
                url: try await stores.createDatabase("bench"), topic: Self.topic,
                count: bench.pick(short: 300_000, long: 10_000_000))
            return try await run(events, stores, bench)
        }
    }

    private func run(
        _ events: NumberedEvents, _ stores: Stores, _ bench: Bench
    ) async throws -> Report {
        var leaders: [Leader] = []
        for name in Self.relays {
            let port = try await stores.startProgram(
                name, "\(bench.place.binaries)/relay",
                environment: ["RELAY_SOURCES": "bench=\(events.url)"])
            leaders.append(
                Leader(name: name, client: APIClient(baseURL: "http://127.0.0.1:\(port)")))
        }
        bench.say("writing \(events.count) events")
        let start = ContinuousClock.now
        let killing = Task { [leaders] in try await kill(leaders, stores, bench) }
        defer { killing.cancel() }
        async let writing: Void = events.write()
        let tally = try await read(events, stores, bench)
        let elapsed = ContinuousClock.now - start
        try await writing
        killing.cancel()
        let kills = try await killing.value
        guard tally.inOrder == events.count, tally.outOfOrder == 0 else {
            throw BenchError(
                "\(events.count - tally.inOrder) of \(events.count) events are missing, "
                    + "\(tally.outOfOrder) came out of order")
        }
        return report(events, tally, kills: kills, elapsed)
    }

    private func report(
        _ events: NumberedEvents, _ tally: NumberedTally, kills: Int, _ elapsed: Duration
    ) -> Report {
        var report = Report(self)
        let condition = "\(events.count) events"
        func note(_ what: String, _ value: Double, _ unit: String) {
            report.figures.append(
                Figure(what: what, condition: condition, value: value, unit: unit))
        }
        note("kills of the leading relay", Double(kills), "")
        note("lost", Double(events.count - tally.inOrder), "events")
        note("out of order within their key", Double(tally.outOfOrder), "events")
        note("repeated", Double(tally.repeated), "events")
        let rate = Double(events.count) / (elapsed / .seconds(1))
        note("written, relayed and read", rate, "events/s")
        report.notes = [
            "\(events.keys) keys, a transaction each event; two relays, of which the leading one is "
                + "killed (SIGKILL) after 0.25, 1, 3 and 9 seconds and so on."
        ]
        return report
    }

    /// A relay that may lead.
    private struct Leader: Sendable {
        let name: String
        let client: APIClient

        /// Whether it reads the slot. One that was just killed does not.
        func leads() async -> Bool {
            guard let answer = try? await client.get("/health") else { return false }
            let text = String(decoding: answer.bytes, as: UTF8.self)
            return text.contains("active") || text.contains("lagging")
        }
    }

    /// Kills whichever leads until the task is cancelled; tells how often.
    private func kill(
        _ relays: [Leader], _ stores: Stores, _ bench: Bench
    ) async throws -> Int {
        var kills = 0
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.pauses[kills % Self.pauses.count]) } catch { break }
            for relay in relays where await relay.leads() {
                await stores.supervisor.kill(relay.name)
                kills += 1
            }
        }
        return kills
    }

    /// Reads until every event was there. Throws `BenchError` when nothing comes for a minute.
    private func read(
        _ events: NumberedEvents, _ stores: Stores, _ bench: Bench
    ) async throws -> NumberedTally {
        let consumer = try Consumer(
            KafkaConfiguration(bootstrapServers: stores.kafka), group: "bench-kills",
            topics: [Self.topic], logger: .quiet)
        var tally = NumberedTally()
        var last = ContinuousClock.now
        var told = 0
        while tally.inOrder < events.count, .now - last < .seconds(60) {
            let batch = try await consumer.nextBatch(max: 10_000, within: .milliseconds(500))
            if !batch.isEmpty { last = .now }
            for message in batch { try tally.take(key: message.key, value: message.value) }
            if tally.inOrder / 1_000_000 > told {
                told = tally.inOrder / 1_000_000
                bench.say("\(tally.inOrder) events, \(tally.repeated) of them again")
            }
        }
        await consumer.close()
        return tally
    }
}
