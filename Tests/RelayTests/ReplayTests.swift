import Contracts
import FoundationEssentials
import Kafka
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("Publishing a range once more", .tags(.database, .kafka))
struct ReplayTests {
    private func replay(_ rig: RelayRig) -> Replay {
        Replay(
            source: rig.name, url: rig.database.relayURL, kafka: rig.kafka, logger: .quiet)
    }

    private func times(_ rig: RelayRig) throws -> [Date] {
        try rig.superuser("SELECT created_at FROM outbox ORDER BY position").map {
            try $0.read(0, as: Date.self)
        }
    }

    @Test("publishes what is in it, in order, and no more")
    func range() async throws {
        let rig = try await RelayRig.make()
        try await rig.write(writers: 1, each: 20, keys: 2)
        let times = try times(rig)

        #expect(try replay(rig).run(.init(since: times[0])) == 20)
        try await rig.verify()
        #expect(try replay(rig).run(.init(since: times[15])) == 5)
        #expect(try replay(rig).run(.init(since: times[0], until: times[15])) == 15)
        #expect(try replay(rig).run(.init(since: times[0], key: "1")) == 10)
        #expect(try replay(rig).run(.init(since: times[0], topic: "another")) == 0)
        #expect(
            try replay(rig).run(.init(since: times[0], key: "it's; DROP TABLE outbox --")) == 0)
    }

    @Test("shows what it would publish, and publishes nothing")
    func show() async throws {
        let rig = try await RelayRig.make()
        try await rig.write(writers: 1, each: 3, keys: 1)
        var lines: [String] = []
        let count = try replay(rig).show(.init(since: Date(timeIntervalSince1970: 0))) {
            lines.append($0)
        }
        #expect(count == 3)
        #expect(lines.allSatisfy { $0.hasSuffix(" \(rig.topic) 0 test.counted.v1") })
        let consumer = try Consumer(
            rig.kafka, group: "show-\(rig.topic)", topics: [rig.topic], logger: .quiet)
        let seen = try await consumer.nextBatch(max: 10, within: .milliseconds(500))
        #expect(seen.isEmpty)
        await consumer.close()
    }
}

@Suite("The links between events", .tags(.database, .kafka))
struct KeyChainTests {
    @Test("join each event to the one before it under its key, in commit order")
    func chain() async throws {
        let rig = try await RelayRig.make()
        let source = rig.source()
        try await relaying(source) {
            try await eventually("the relay is active") {
                source.metrics.state == .active
            }
            try await rig.write(writers: 8, each: 50)
            let consumer = try Consumer(
                rig.kafka, group: "chain-\(rig.topic)", topics: [rig.topic], logger: .quiet)
            var last: [String: Int64] = [:]
            var broken: [String] = []
            var count = 0
            try await eventually("all events came") {
                for message in try await consumer.nextBatch(max: 500, within: .milliseconds(200)) {
                    func number(_ name: String) -> Int64? {
                        message.headers.first { $0.0 == name }
                            .flatMap { Int64(String(decoding: $0.1, as: UTF8.self)) }
                    }
                    let key = String(decoding: message.key ?? [], as: UTF8.self)
                    let previous = number(EnvelopeHeader.previous)
                    if previous != last[key] {
                        broken.append("\(key): \(String(describing: previous))")
                    }
                    last[key] = number(EnvelopeHeader.sequence)
                    count += 1
                }
                return count == 400
            }
            #expect(broken == [])
            #expect(last.count == 5)
            await consumer.close()
        }
    }

    @Test("forget everything rather than grow without bound", .tags(.unit))
    func bound() {
        var chain = KeyChain()
        func append(_ position: Int64, _ key: Int) -> Int64? {
            withUnsafeBytes(of: key) { chain.append(position, key: $0) }
        }
        for key in 0..<KeyChain.limit { #expect(append(Int64(key), key) == nil) }
        #expect(append(1_000_000, 0) == 0)
        #expect(append(1_000_001, KeyChain.limit) == nil, "one more than it remembers")
        #expect(append(1_000_002, 0) == nil)
    }
}
