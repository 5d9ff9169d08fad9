import Contracts
import FoundationEssentials
import Kafka
import Outbox
import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("The inbox's memory", .tags(.database, .kafka))
struct InboxUpkeepTests {
    private func upkeep(
        _ topics: [String], _ database: Database, kafka: String = "127.0.0.1:1",
        retention: Duration = .seconds(8 * 24 * 3600)
    ) -> InboxUpkeep {
        InboxUpkeep(
            topics: topics, kafka: KafkaConfiguration(bootstrapServers: kafka),
            database: database, retention: retention, assumed: .seconds(7 * 24 * 3600),
            logger: .quiet)
    }

    @Test("is as long as the longest topic's, with a week where the broker does not say")
    func longest() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        let upkeep = upkeep(["a", "b"], database)
        #expect(upkeep.longest(of: [:]) == .milliseconds(604_800_000))
        #expect(
            upkeep.longest(of: ["a": .milliseconds(1), "b": .milliseconds(700_000_000)])
                == .milliseconds(700_000_000))
        #expect(upkeep.longest(of: ["a": .milliseconds(1)]) == .milliseconds(604_800_000))
        #expect(upkeep.longest(of: ["a": .milliseconds(1), "b": .forever]) == .forever)
        await database.close()
    }

    @Test("forgets what is old enough, and nothing else")
    func sweep() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        try Connection(url: test.ownerURL).execute(
            """
            INSERT INTO inbox (message_id, received_at)
            SELECT gen_random_uuid(), now() - make_interval(days => days)
            FROM generate_series(1, 20) AS days, generate_series(1, 600)
            """)
        try await upkeep([], database).sweep()
        let left: Int64 = try Connection(url: test.ownerURL)
            .query("SELECT count(*) FROM inbox")[0].read(0)
        // Those of one to seven days; those of eight days are a little older than that.
        #expect(left == 7 * 600)
        await database.close()
    }

    @Test("that is shorter than the topics' ends the process with one line")
    func tooShort() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let database = try Database(.init(url: test.url, connections: 1), logger: .quiet)
        let broker = try await TestBroker.shared
        let topic = "upkeep-\(UInt32.random(in: 0 ... .max))"
        try await TopicAdmin(
            KafkaConfiguration(bootstrapServers: broker.bootstrapServers), logger: .quiet
        ).createTopics([topic], partitions: 1)
        let upkeep = upkeep(
            [topic], database, kafka: broker.bootstrapServers, retention: .seconds(3600))
        let error = await #expect(throws: HostError.self) { try await upkeep.run() }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("INBOX_RETENTION_HOURS") == true)
        await database.close()
    }
}
