import Kafka

/// When each numbered record came to a consumer; the number is the record's key.
actor Arrivals {
    private let consumer: Consumer
    private var times: [Int: ContinuousClock.Instant] = [:]

    init(of topic: String, _ kafka: KafkaConfiguration) throws {
        consumer = try Consumer(
            kafka, group: "bench-\(UInt32.random(in: 0...UInt32.max))", topics: [topic],
            logger: .quiet)
    }

    /// Waits until the group has given us the partitions. Throws after 30 seconds.
    func join() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while consumer.assignment.isEmpty {
            guard ContinuousClock.now < deadline else {
                throw BenchError("no partitions after 30 seconds")
            }
            _ = try await consumer.nextBatch(max: 1, within: .milliseconds(100))
        }
    }

    /// Takes records until this many have come, each number once. Throws after `limit`.
    func collect(_ count: Int, within limit: Duration) async throws
        -> [Int: ContinuousClock.Instant]
    {
        times.removeAll(keepingCapacity: true)
        let deadline = ContinuousClock.now + limit
        while times.count < count {
            let batch = try await consumer.nextBatch(max: 1000, within: .milliseconds(100))
            let now = ContinuousClock.now
            for message in batch {
                let key = String(decoding: message.key ?? [], as: UTF8.self)
                if let number = Int(key), times[number] == nil { times[number] = now }
            }
            guard now < deadline else {
                throw BenchError("\(times.count) of \(count) records came within \(limit)")
            }
        }
        return times
    }

    func close() async { await consumer.close() }
}
