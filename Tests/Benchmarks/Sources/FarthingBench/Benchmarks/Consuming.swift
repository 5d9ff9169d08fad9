import Contracts
import Foundation
import Kafka
import Outbox
import Postgres

/// How fast one process takes events through the inbox and a commit, when there is nothing to do
/// with them.
///
/// Its limits: the same statement and commit without Kafka, and Kafka without a database.
struct Consuming: Benchmark {
    static let name = "consuming"
    static let abstract = "trivial events through inbox and commit in one process"

    private static let topic = "bench.consume"
    /// As the consumers' loop has it.
    private static let batch = 500

    func run(_ bench: Bench) async throws -> Report {
        let count = bench.pick(short: 200_000, long: 500_000)
        return try await Stores.with(bench.place, topics: [Self.topic]) { stores in
            let url = try await stores.createDatabase("bench")
            let kafka = KafkaConfiguration(bootstrapServers: stores.kafka)
            bench.say("producing \(count) events")
            try await OwnThread.run { try ProducerLoop.publish(count, to: Self.topic, kafka) }
            var report = Report(self)
            report.contests = [
                Contest(
                    condition: "\(count) events of 300 B", unit: "events/s",
                    measurements: try await bench.alternate([
                        Contestant("consumer") {
                            try await consumer(count, url, stores, bench.place)
                        },
                        Contestant("inbox and commit alone") { try await inbox(count, url) },
                        Contestant("Kafka alone") { try await read(count, kafka) },
                    ]))
            ]
            return report
        }
    }

    private func consumer(
        _ count: Int, _ url: String, _ stores: Stores, _ place: Place
    ) async throws -> Double {
        try emptyInbox(url)
        let process = try await ConsumingProcess.start(Self.topic, into: url, stores, place)
        let rate = try await process.rate(of: count)
        await process.stop()
        return rate
    }

    /// One connection, one batch after the other, as the one partition of a group's member would.
    private func inbox(_ count: Int, _ url: String) async throws -> Double {
        try emptyInbox(url)
        let database = try Database(.init(url: url, connections: 1), logger: .quiet)
        let batches = (0..<count / Self.batch).map { _ in
            (0..<Self.batch).map { number in
                Envelope(
                    topic: Self.topic, key: "\(number)", type: "bench.happened", source: "bench",
                    subject: "1", tenant: "bench", payload: [])
            }
        }
        let start = ContinuousClock.now
        for batch in batches {
            _ = try await database.transaction { tx in try Inbox.admit(batch, in: tx).count }
        }
        let elapsed = ContinuousClock.now - start
        await database.close()
        return Double(batches.count * Self.batch) / (elapsed / .seconds(1))
    }

    private func read(_ count: Int, _ kafka: KafkaConfiguration) async throws -> Double {
        let consumer = try Consumer(
            kafka, group: "bench-\(UInt32.random(in: 0...UInt32.max))", topics: [Self.topic],
            logger: .quiet)
        var received = 0
        var first: (count: Int, at: ContinuousClock.Instant)?
        while received < count {
            let batch = try await consumer.nextBatch(max: Self.batch, within: .seconds(1))
            received += batch.count
            consumer.store(batch)
            if first == nil, !batch.isEmpty { first = (received, .now) }
        }
        let end = ContinuousClock.now
        await consumer.close()
        guard let first else { return 0 }
        return Double(received - first.count) / ((end - first.at) / .seconds(1))
    }

    private func emptyInbox(_ url: String) throws {
        try Connection(url: url).execute("TRUNCATE inbox; CHECKPOINT")
    }
}
