import Contracts
import FoundationEssentials
import Kafka
import LocalStack
import Logging
import Outbox
import Postgres
import TestSupport
import Testing

@testable import Relay

/// A database with an outbox, a topic, and writers whose numbers tell the order of their commits.
///
/// Each writer takes a key's row lock, counts that key up and puts the count into its message: so
/// the order of a key's numbers is the order of its commits.
struct RelayRig {
    let database: TestDatabase
    let pool: Database
    let broker: TestBroker
    var topic: String
    /// Beside the defaults, for the relay's producer.
    var settings: [String: String] = [:]

    /// Also the source's name.
    var name: String { database.name }
    var slot: String { source().slot }
    /// Where the topic is, if not on the broker.
    var mock: MockKafka?
    var kafka: KafkaConfiguration {
        mock.map { KafkaConfiguration(bootstrapServers: $0.bootstrapServers) } ?? broker.kafka
    }

    static func make(
        ownBroker: Bool = false, ownPostgres: Bool = false, clock: TestClock? = nil
    ) async throws -> RelayRig {
        let database = try await TestDatabase.make(
            [OutboxSchema.migrations], ownCluster: ownPostgres, clock: clock)
        let broker = ownBroker ? try await TestBroker.start() : try await TestBroker.shared
        try Connection(url: database.ownerURL).execute(
            """
            CREATE TABLE counter (key int PRIMARY KEY, number bigint NOT NULL DEFAULT 0);
            INSERT INTO counter (key) SELECT generate_series(0, 19);
            GRANT SELECT, UPDATE ON counter TO farthing_service;
            """)
        let rig = RelayRig(
            database: database,
            pool: try Database(.init(url: database.url, connections: 4), logger: .quiet),
            broker: broker,
            topic: "relay-\(UInt64.random(in: 0...UInt64.max))")
        try await TopicAdmin(rig.kafka, logger: .quiet)
            .createTopics([rig.topic], partitions: 4)
        return rig
    }

    /// The same rig on another server that has the same database.
    func on(_ database: TestDatabase) throws -> RelayRig {
        RelayRig(
            database: database,
            pool: try Database(.init(url: database.url, connections: 4), logger: .quiet),
            broker: broker, topic: topic)
    }

    /// `url`: where it is to connect, if not to the rig's database.
    func source(url: String? = nil) -> Source {
        var kafka = kafka
        kafka.settings = settings
        return Source(
            name: name, url: url ?? database.relayURL, kafka: kafka, topics: [], logger: .quiet)
    }

    /// Writes `each` messages by each of `writers` at the same time, on a few keys.
    func write(writers: Int = 8, each: Int, keys: Int = 5) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for turn in 0..<each { try await write(key: (writer + turn) % keys) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// `pool`: whose connection writes it, if not one of the rig's.
    func write(key: Int, padding: Int = 0, through pool: Database? = nil) async throws {
        let count: StaticString =
            "UPDATE counter SET number = number + 1 WHERE key = $1 RETURNING number"
        try await (pool ?? self.pool).transaction { [topic] tx in
            let number: Int = try tx.query(Statement(count), Int32(key))[0].read(0)
            let envelope = Envelope(
                topic: topic, key: "\(key)", aggregate: "counter", type: "test.counted.v1",
                source: "/test", subject: "\(key)", tenant: "t",
                payload: Array("\(number)".utf8) + [UInt8](repeating: 32, count: padding))
            try Outbox.append([envelope], in: tx)
        }
    }

    /// How many messages were committed for each key.
    func counts() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in try superuser("SELECT key::text, number FROM counter WHERE number > 0") {
            counts[try row.read(0)] = try row.read(1, as: Int.self)
        }
        return counts
    }

    /// Waits until a relay reads the slot and that many messages are committed.
    func relaysWhileWriting(until count: Int) async throws {
        try await eventually("a relay at work, \(count) messages written") {
            try superuser(
                """
                SELECT (SELECT sum(number) >= \(count) FROM counter)
                   AND EXISTS (SELECT FROM pg_replication_slots
                                WHERE slot_name = '\(slot)' AND active)
                """)[0].read(0, as: Bool.self)
        }
    }

    @discardableResult
    func superuser(_ sql: String) throws -> Rows {
        try Connection(url: database.superuserURL).query(sql)
    }

    /// Waits until the checkpoint says of every row that it is published. It cannot while any
    /// transaction of the cluster is older, and another test may keep one open for a while.
    func checkpointed() async throws {
        try await eventually(within: .seconds(90), "the checkpoint covers every row") {
            try superuser(
                """
                SELECT coalesce(bool_and(xid < (SELECT published_below FROM relay_checkpoint)),
                                false) FROM outbox
                """)[0].read(0, as: Bool.self)
        }
    }

    /// The relay as a process, so that it can be killed. `port`: where its probes are.
    /// `environment`: beside what it needs.
    func process(
        failpoints: String = "", port: Int? = nil, environment: [String: String] = [:]
    ) async throws -> ProcessHandle {
        var command = ProcessCommand(
            "\(TestRun.binaries)/relay", log: "\(try TestRun.directory())/\(name)-relay.log")
        command.environment = [
            "RELAY_SOURCES": "\(name)=\(database.relayURL)",
            "KAFKA_BOOTSTRAP": broker.bootstrapServers, "HTTP_PORT": "\(try port ?? Port.free())",
            "FAILPOINTS": failpoints,
        ].merging(environment) { $1 }
        command.parentDeathSignal = .kill
        return try await ProcessHandle.spawn("relay", command)
    }

    /// Waits until Kafka holds everything that is committed, and checks its order.
    ///
    /// Repeated records are allowed: but the first of each must come in the order of its key.
    @discardableResult
    func verify(from start: Tally = Tally()) async throws -> Tally {
        let expected = try counts()
        let consumer = try Consumer(
            kafka, group: "verify-\(UInt64.random(in: 0...UInt64.max))", topics: [topic],
            logger: .quiet)
        var tally = start
        do {
            try await eventually("every committed event is in Kafka") {
                for message in try await consumer.nextBatch(max: 1000, within: .milliseconds(200)) {
                    tally.take(message)
                }
                return tally.next == expected
            }
        } catch {
            let partitions = consumer.assignment.count
            Issue.record("committed: \(expected), \(partitions) partitions say: \(tally)")
            throw error
        }
        #expect(tally.outOfOrder == [])
        await consumer.close()
        return tally
    }

    /// What was read: for each key the highest number up to which all have come.
    struct Tally {
        var next: [String: Int] = [:]
        var repeated = 0
        var outOfOrder: [String] = []

        mutating func take(_ message: ConsumedMessage) {
            let key = String(decoding: message.key ?? [], as: UTF8.self)
            let text = String(
                decoding: message.value?.prefix { $0 != 32 } ?? [], as: UTF8.self)
            let last = next[key, default: 0]
            switch Int(text) {
            case last + 1: next[key] = last + 1
            case .some(...last): repeated += 1
            default: outOfOrder.append("key \(key): \(text) after \(last)")
            }
        }
    }
}

/// Runs a source in this process until `body` ends.
func relaying(_ source: Source, _ body: () async throws -> Void) async throws {
    let task = Task { await source.run() }
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    task.cancel()
    await task.value
    try result.get()
}
