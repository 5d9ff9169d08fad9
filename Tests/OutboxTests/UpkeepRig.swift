import Outbox
import Postgres
import TestSupport

/// A database with an outbox, and what the relay and its owner do to the partitions.
struct UpkeepRig {
    static let hour = 3600
    /// A time of the next hour, which the first partition that is made is for.
    static let nextHour = "date_trunc('hour', now() + interval '1 min') + interval '90 min'"

    let test: TestDatabase

    init() async throws { test = try await TestDatabase.make([OutboxSchema.migrations]) }

    /// With the rights of a relay.
    func make(_ width: Int = hour, ahead: Int = 3) throws -> Int {
        try Connection(url: test.relayURL).query(
            "SELECT outbox_make_partitions($1, $2)", width, ahead)[0].read(0)
    }

    /// With the rights of a relay.
    func drop(olderThan age: Int = hour) throws -> Int {
        try Connection(url: test.relayURL).query("SELECT outbox_drop_partitions($1)", age)[0]
            .read(0)
    }

    func owner(_ sql: String) throws { try Connection(url: test.ownerURL).execute(sql) }

    func number(_ sql: String) throws -> Int {
        try Connection(url: test.superuserURL).query(sql)[0].read(0)
    }

    /// Appends that many messages; without a time, of now.
    func append(_ count: Int, at time: String = "clock_timestamp()") throws {
        try owner(Self.insert(count, at: time))
    }

    static func insert(_ count: Int, at time: String = "clock_timestamp()") -> String {
        """
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers,
                            created_at)
        SELECT gen_random_uuid(), 't', 'a', 'k', 'y', '', '{}', \(time)
        FROM generate_series(1, \(count))
        """
    }

    static let insertOne: StaticString = """
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        VALUES (gen_random_uuid(), 't', 'a', 'k', 'y', '', '{}')
        """

    /// A partition of a day that is over, with that many messages.
    func past(_ day: String, _ count: Int) throws {
        try owner(
            """
            CREATE TABLE past_\(day.filter(\.isNumber)) PARTITION OF outbox
                FOR VALUES FROM ('\(day) 00:00Z') TO ('\(day) 24:00Z')
            """)
        try append(count, at: "'\(day) 12:00Z'")
    }

    /// Says that a relay has published everything that is committed.
    func publishAll(slot: String = "s") throws {
        try owner(
            """
            INSERT INTO relay_checkpoint (slot, published_below)
            VALUES ('\(slot)', pg_current_xact_id())
            ON CONFLICT (slot) DO UPDATE SET published_below = excluded.published_below
            """)
    }

    func rows() throws -> Int { try number("SELECT count(*) FROM outbox") }

    func inDefault() throws -> Int { try number("SELECT count(*) FROM outbox_default") }

    func partitions() throws -> Int {
        try number("SELECT count(*) FROM outbox_partition WHERE NOT is_default")
    }
}
