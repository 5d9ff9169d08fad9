import Kafka
import Postgres
import TestSupport
import Testing

@testable import Relay

/// What only a broker can refuse, and only in a report that comes later.
@Suite("Refusals in delivery reports", .serialized, .tags(.database, .kafka))
struct RefusalTests {
    private func rig() async throws -> (RelayRig, MockKafka) {
        var rig = try await RelayRig.make()
        let mock = try MockKafka()
        mock.createTopic(rig.topic, partitions: 1)
        rig.mock = mock
        // What is written at once is one request, and has one answer.
        rig.settings = ["linger.ms": "200"]
        return (rig, mock)
    }

    @Test("a topic that may not be written to is parked as a whole, others flow")
    func unauthorized() async throws {
        let (rig, mock) = try await rig()
        var other = rig
        other.topic = rig.topic + "-other"
        mock.createTopic(other.topic, partitions: 1)
        for _ in 0..<3 { for key in [0, 1] { try await other.write(key: key) } }
        // All at once, and then one of them alone.
        mock.answer(produce: [.unauthorized, .unauthorized])
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(6)
            try await other.write(key: 2)
            try await rig.write(key: 3)
            try await rig.eventuallyParked(7)
            #expect(try await rig.numbers(count: 1) == ["3": [1]])
            let desk = ParkingDesk(source: rig.name, url: rig.database.relayURL)
            let lines = try desk.list()
            #expect(lines.count == 1)
            #expect(lines.first?.contains("topic-unauthorized") == true)
            #expect(lines.first?.contains("6 behind") == true)

            #expect(try desk.release(topic: other.topic) == 1)
            try await rig.eventuallyParked(0)
            try await other.write(key: 0)
            #expect(
                try await other.numbers(count: 8)
                    == ["0": [1, 2, 3, 4], "1": [1, 2, 3], "2": [1]])
        }
    }

    @Test("one record that the broker refuses is found among its neighbours, and parked alone")
    func amongNeighbours() async throws {
        let (rig, mock) = try await rig()
        for key in 0..<5 { try await rig.write(key: key) }
        // The batch; then, one by one, the third.
        mock.answer(produce: [.tooLarge, nil, nil, .tooLarge])
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(1)
            #expect(try await Set(rig.numbers(count: 4).keys) == ["0", "1", "3", "4"])
            let key: String = try rig.superuser("SELECT key FROM outbox_parked")[0].read(0)
            #expect(key == "2")
        }
    }

    @Test("one of a key is parked with what is behind it; released, all is in order")
    func inOrder() async throws {
        let (rig, mock) = try await rig()
        for _ in 0..<5 { try await rig.write(key: 0) }
        // The batch; then the first, and the second.
        mock.answer(produce: [.tooLarge, nil, .tooLarge])
        try await relaying(rig.source()) {
            try await rig.eventuallyParked(4)
            let desk = ParkingDesk(source: rig.name, url: rig.database.relayURL)
            #expect(try desk.release() == 1)
            try await rig.eventuallyParked(0)
            let numbers = try await rig.numbers(count: 5)
            #expect(numbers == ["0": Array(1...5)])
        }
    }
}
