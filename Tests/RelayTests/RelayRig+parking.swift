import Kafka
import Postgres
import TestSupport
import Testing

@testable import Relay

extension RelayRig {
    func parked() throws -> Int {
        try superuser("SELECT count(*) FROM outbox_parked")[0].read(0)
    }

    func eventuallyParked(_ count: Int) async throws {
        try await eventually("\(count) rows are parked") {
            try parked() == count
        }
    }

    /// The numbers that Kafka holds of each key, once they are so many.
    func numbers(count: Int) async throws -> [String: [Int]] {
        let consumer = try Consumer(
            kafka, group: "parking-\(UInt64.random(in: 0...UInt64.max))", topics: [topic],
            logger: .quiet)
        var numbers: [String: [Int]] = [:]
        try await eventually("\(count) messages are in Kafka") {
            for message in try await consumer.nextBatch(max: 1000, within: .milliseconds(200)) {
                let key = String(decoding: message.key ?? [], as: UTF8.self)
                let text = String(
                    decoding: message.value?.prefix { $0 != 32 } ?? [], as: UTF8.self)
                numbers[key, default: []].append(Int(text) ?? -1)
            }
            return numbers.values.map(\.count).reduce(0, +) >= count
        }
        await consumer.close()
        return numbers
    }
}
