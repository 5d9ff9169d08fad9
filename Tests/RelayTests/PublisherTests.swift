import Kafka
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A relay's publisher", .tags(.database, .kafka))
struct PublisherTests {
    private static func publisher(
        of mock: MockKafka, _ settings: [String: String] = [:], lot: ParkingLot? = nil,
        suspicion: Suspicion = Suspicion()
    ) throws -> Publisher {
        mock.createTopic("topic", partitions: 1)
        let kafka = KafkaConfiguration(bootstrapServers: mock.bootstrapServers, settings)
        return try Publisher(
            kafka, limits: TopicLimits(kafka, logger: .quiet),
            metrics: SourceMetrics(source: "publisher"), lot: lot, suspicion: suspicion,
            logger: .quiet)
    }

    /// Publishes one row of that size, as one transaction; gives whether it was queued.
    @discardableResult
    private func publish(
        _ size: Int, _ number: Int64, _ publisher: inout Publisher
    ) throws -> Bool {
        publisher.begin(committedAt: nil)
        defer { publisher.commit(end: .zero) }
        return try queue(size, number, &publisher)
    }

    /// The same, in the transaction that is open.
    private func queue(
        _ size: Int, _ number: Int64, _ publisher: inout Publisher
    ) throws -> Bool {
        let topic = Array("topic".utf8)
        let payload = [UInt8](repeating: 32, count: size)
        return try topic.withUnsafeBytes { topic in
            try payload.withUnsafeBytes { payload in
                let none = UnsafeRawBufferPointer(start: nil, count: 0)
                return try publisher.publish(
                    OutboxRow(
                        id: .number(number), topic: topic, key: none, type: none, payload: payload,
                        headers: none, createdAt: 0, position: nil))
            }
        }
    }

    private func collectAll(_ publisher: inout Publisher) throws {
        let end = ContinuousClock.now + .seconds(20)
        while publisher.window.undelivered > 0, .now < end {
            try publisher.collect(milliseconds: 100)
        }
    }

    @Test("has no room for more than so many bytes on their way, and room again afterwards")
    func bytes() async throws {
        let mock = try MockKafka()
        var publisher = try Self.publisher(of: mock, ["queue.buffering.max.kbytes": "1024"])
        for _ in 0..<3 {
            // Reports are taken in `collect` only: nothing is delivered before.
            var hadRoom: [Bool] = []
            for number in 1...2 as ClosedRange<Int64> {
                try publish(600_000, number, &publisher)
                hadRoom.append(publisher.hasRoom)
            }
            try collectAll(&publisher)
            hadRoom.append(publisher.hasRoom)
            #expect(hadRoom == [true, false, true])
        }
    }

    @Test("has no room for more than 64 MiB on their way, unless it is told otherwise")
    func defaultBytes() async throws {
        let mock = try MockKafka()
        var publisher = try Self.publisher(of: mock)
        var number: Int64 = 0
        // Nothing is collected: all of it is on its way.
        while publisher.hasRoom, number < 100 {
            number += 1
            try publish(990_000, number, &publisher)
        }
        #expect(number == 64 * 1024 * 1024 / 990_000 + 1)
    }

    @Test("has no room for more than 1,000,000 transactions behind one that is not delivered")
    func transactions() async throws {
        let mock = try MockKafka()
        var publisher = try Self.publisher(of: mock)
        try publish(1, 1, &publisher)
        for _ in 2..<1_000_000 {
            publisher.begin(committedAt: nil)
            publisher.commit(end: .zero)
        }
        var hadRoom = [publisher.hasRoom]
        publisher.begin(committedAt: nil)
        publisher.commit(end: .zero)
        hadRoom.append(publisher.hasRoom)
        try collectAll(&publisher)
        hadRoom.append(publisher.hasRoom)
        #expect(hadRoom == [true, false, true])
    }

    @Test("parks what is refused alone, and goes on with what follows")
    func goesOn() async throws {
        let database = try await TestDatabase.make([OutboxSchema.migrations])
        let lot = try ParkingLot(
            url: database.relayURL, slot: "slot", metrics: SourceMetrics(source: "publisher"),
            logger: .quiet)
        let mock = try MockKafka()
        mock.answer(produce: [.tooLarge, .tooLarge])
        var first = try Self.publisher(of: mock)
        try publish(1, 1, &first)
        #expect(throws: KafkaError.self) {
            for _ in 0..<100 { try first.collect(milliseconds: 100) }
        }
        var second = try Self.publisher(of: mock, lot: lot, suspicion: first.suspicion)
        second.begin(committedAt: nil)
        try await eventually("the first is parked") {
            try second.collect(milliseconds: 100)
            return try queue(1, 1, &second)
        }
        let isQueued = try queue(1, 2, &second)
        second.commit(end: .zero)
        #expect(isQueued)
        try collectAll(&second)
        let undelivered = second.window.undelivered
        #expect(undelivered == 0)
        #expect(
            try Connection(url: database.superuserURL)
                .query("SELECT id FROM outbox_parked").map { try $0.read(0, as: String.self) }
                == ["1"])
    }
}
