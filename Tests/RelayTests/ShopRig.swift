import ArgumentParser
import FoundationEssentials
import Kafka
import LocalStack
import Logging
import Postgres
import TestSupport
import Testing

@testable import Relay

/// A database that knows nothing of Farthing, with an outbox as somebody else would make one.
struct ShopRig {
    let database: TestDatabase
    let broker: TestBroker
    /// Its topic is `NAME.events`.
    let aggregate = "shop\(UInt64.random(in: 0...UInt64.max))"

    var topic: String { "\(aggregate).events" }
    var kafka: KafkaConfiguration { broker.kafka }
    var slot: String { Source.slot(of: database.name) }

    /// `setup`: as `relay setup` does.
    static func make(setup: Bool = true) async throws -> ShopRig {
        let rig = ShopRig(
            database: try await TestDatabase.make(), broker: try await TestBroker.shared)
        try rig.owner(
            """
            CREATE SCHEMA shop;
            CREATE TABLE shop.messages (
                number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL,
                "order" text, event text NOT NULL, body jsonb, extra json);
            """)
        if setup { try await rig.setup() }
        return rig
    }

    /// As `relay setup --table … --name …` does.
    func setup(_ table: String = "shop.messages", name: String = "outbox") async throws {
        try await Setup(
            url: database.superuserURL, table: try OutboxTable(named: table, source: name),
            role: "test_relay", logger: .quiet
        ).run()
    }

    /// The command line of `relay serve`.
    var options: [String] {
        [
            "--source", database.relayURL, "--table", "shop.messages", "--column-id", "number",
            "--column-key", "order", "--column-type", "event", "--column-payload", "body",
            "--column-headers", "extra", "--topic", "{kind}.events",
        ]
    }

    /// `more`: options that are added, or stand in for those above.
    func table(_ more: [String] = []) throws -> OutboxTable {
        try OutboxOptions.parse(options + more).described()
    }

    /// `name`: what it is called, if not as the database is.
    func source(
        _ start: Rebuild.Start = .beginning, _ more: [String] = [], name: String? = nil
    ) throws -> Source {
        Source(
            name: name ?? database.name, url: database.relayURL, table: try table(more),
            start: start, kafka: kafka, topics: [], logger: .quiet)
    }

    /// `relay serve` as a process that ends by itself: how, and what it said.
    func serve(
        _ more: [String], failpoints: String = ""
    ) async throws -> (LocalStack.ExitStatus, String) {
        let log = "\(try TestRun.directory())/\(aggregate)-relay.log"
        var command = ProcessCommand(
            "\(TestRun.binaries)/relay",
            ["serve", "--kafka", broker.bootstrapServers, "--port", "\(try Port.free())"]
                + options + more, log: log)
        command.environment["FAILPOINTS"] = failpoints
        command.parentDeathSignal = .kill
        let relay = try await ProcessHandle.spawn("relay", command)
        try await eventually("the relay ends") { relay.status != nil }
        return (await relay.wait(), try String(contentsOfFile: log, encoding: .utf8))
    }

    func owner(_ sql: String) throws { try Connection(url: database.ownerURL).execute(sql) }

    func superuser(_ sql: String) throws { try Connection(url: database.superuserURL).execute(sql) }

    /// Adds events of an order, numbered from 1 on.
    func add(_ numbers: ClosedRange<Int>, order: String = "'o-1'") throws {
        try owner(
            """
            INSERT INTO shop.messages (kind, "order", event, body, extra)
            SELECT '\(aggregate)', \(order), 'paid', jsonb_build_object('n', n), '{"by": "ada"}'
            FROM generate_series(\(numbers.lowerBound), \(numbers.upperBound)) AS n
            """)
    }

    /// The first that Kafka holds, once they are so many.
    func messages(_ count: Int, of topic: String? = nil) async throws -> [ConsumedMessage] {
        let topics = [topic ?? self.topic]
        let consumer = try Consumer(
            kafka, group: "shop-\(UInt64.random(in: 0...UInt64.max))", topics: topics,
            logger: .quiet)
        var messages: [ConsumedMessage] = []
        try await eventually("\(count) messages are in Kafka") {
            messages += try await consumer.nextBatch(max: 1000, within: .milliseconds(200))
            return messages.count >= count
        }
        await consumer.close()
        return messages
    }

    /// The payloads that Kafka holds, once they are so many.
    func payloads(_ count: Int, of topic: String? = nil) async throws -> [String] {
        try await messages(count, of: topic).map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }
}

/// Waits until a source reads its slot.
func eventuallyActive(_ source: Source) async throws {
    try await eventually("the relay is active") {
        source.metrics.state == .active
    }
}
