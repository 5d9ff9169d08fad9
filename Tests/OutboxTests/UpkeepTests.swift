import Postgres
import TestSupport
import Testing

@Suite("The outbox's partitions", .tags(.database))
struct UpkeepTests {
    @Test("are made ahead, side by side, once; what is appended then lies in them")
    func made() async throws {
        let rig = try await UpkeepRig()
        #expect(try rig.make() == 3)
        #expect(try rig.make() == 0)
        try rig.append(3, at: UpkeepRig.nextHour)
        #expect(try rig.inDefault() == 0)
        #expect(try rig.make(ahead: 5) == 2)
        // Wider ones begin where the narrow ones end, which in the evening is tomorrow.
        #expect(try rig.make(24 * UpkeepRig.hour, ahead: 2) >= 1)
        let gaps = try rig.number(
            """
            SELECT count(*) FROM (SELECT begins, lag(ends) OVER (ORDER BY begins) AS before
                                  FROM outbox_partition WHERE NOT is_default) AS each
            WHERE begins <> before
            """)
        #expect(gaps == 0)
        #expect(try rig.rows() == 3)
    }

    @Test("leave what was written before them where it is, the present too")
    func beforeThem() async throws {
        let rig = try await UpkeepRig()
        try rig.append(10)
        #expect(try rig.make() == 3)
        try rig.append(5)
        #expect(try rig.inDefault() == 15)
        #expect(try rig.rows() == 15)
    }

    @Test("are made around those, and around messages, that a clock gone astray left in the future")
    func clock() async throws {
        let rig = try await UpkeepRig()
        try rig.append(1, at: UpkeepRig.nextHour)
        try rig.owner(
            """
            CREATE TABLE astray PARTITION OF outbox
                FOR VALUES FROM ('2094-01-01 00:00Z') TO ('2094-01-02 00:00Z')
            """)
        #expect(try rig.make() == 2)
        try rig.append(1, at: UpkeepRig.nextHour + " + interval '1 hour'")
        #expect(try rig.inDefault() == 1)
    }

    @Test("are made under writers at work, none of whom is refused")
    func underWriters() async throws {
        let rig = try await UpkeepRig()
        let database = try Database(.init(url: rig.test.url, connections: 4), logger: .quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        try await database.transaction { tx in
                            try tx.execute(Statement(UpkeepRig.insertOne))
                        }
                    }
                }
            }
            // By the minute, so that there are some.
            for ahead in 1...12 { #expect(try rig.make(60, ahead: 2 * ahead) > 0) }
            try await group.waitForAll()
        }
        #expect(try rig.rows() == 800)
    }

    @Test("have the trigger and the positions of the outbox")
    func likeTheOutbox() async throws {
        let rig = try await UpkeepRig()
        _ = try rig.make()
        try rig.append(2, at: UpkeepRig.nextHour)
        #expect(throws: PostgresError.self) { try rig.owner("UPDATE outbox SET topic = 'x'") }
        #expect(try rig.number("SELECT count(DISTINCT position) FROM outbox") == 2)
    }

    @Test("are made beside a transaction that has appended and stays open")
    func besideWriters() async throws {
        let rig = try await UpkeepRig()
        _ = try rig.make()
        let writer = try Connection(url: rig.test.url)
        try writer.execute("BEGIN; \(UpkeepRig.insert(1, at: UpkeepRig.nextHour))")
        #expect(try rig.make(ahead: 6) == 3)
        try writer.execute("COMMIT")
        #expect(try rig.rows() == 1)
    }

    @Test("go when they are old and every relay's checkpoint is past them, and not before")
    func dropped() async throws {
        let rig = try await UpkeepRig()
        _ = try rig.make()
        try rig.past("2026-01-01", 5)
        try rig.publishAll()
        try rig.past("2026-01-02", 7)
        try rig.append(2)

        #expect(try rig.drop(olderThan: 10_000 * 24 * UpkeepRig.hour) == 0, "none is so old")
        #expect(try rig.drop() == 1, "the second is not published")
        #expect(try rig.rows() == 9)
        let since = "SELECT count(*) FROM outbox_kept WHERE since = '2026-01-02 00:00Z'"
        #expect(try rig.number(since) == 1)
        try rig.publishAll(slot: "another")
        #expect(try rig.drop() == 0, "one relay has published it, and the other has not")
        try rig.publishAll()
        #expect(try rig.drop() == 1)
        #expect(try rig.rows() == 2)
        #expect(try rig.partitions() == 3)
        #expect(try rig.drop() == 0)
    }

    @Test("stay without a checkpoint, and with one that a copied database brought along")
    func withoutCheckpoint() async throws {
        let rig = try await UpkeepRig()
        try rig.past("2026-01-01", 5)
        #expect(try rig.drop() == 0)
        try rig.owner(
            "INSERT INTO relay_checkpoint (slot, published_below) VALUES ('s', '1000000000')")
        #expect(try rig.drop() == 0)
        #expect(try rig.rows() == 5)
    }

    @Test("are emptied, the default one too, when all in them is old and published")
    func defaultEmptied() async throws {
        let mixed = try await UpkeepRig()
        try mixed.append(5, at: "'2026-01-01 12:00Z'")
        try mixed.append(1)
        try mixed.publishAll()
        #expect(try mixed.drop() == 0, "one message is new")
        #expect(try mixed.rows() == 6)

        let old = try await UpkeepRig()
        try old.append(5, at: "'2026-01-01 12:00Z'")
        try old.publishAll()
        #expect(try old.drop() == 1)
        #expect(try old.rows() == 0)
        let since = "SELECT count(*) FROM outbox_kept WHERE since > '2026-01-01 12:00Z'"
        #expect(try old.number(since) == 1)
    }

    @Test("are emptied, and dropped later, where a transaction stays open; no writer waits")
    func longTransaction() async throws {
        let rig = try await UpkeepRig()
        _ = try rig.make()
        try rig.past("2026-01-01", 5)
        try rig.publishAll()
        let open = try Connection(url: rig.test.url)
        try open.execute("BEGIN; \(UpkeepRig.insert(1))")

        #expect(try rig.drop() == 1)
        #expect(try rig.rows() == 0)
        #expect(try rig.partitions() == 4)
        try rig.append(1)
        try open.execute("COMMIT")
        #expect(try rig.drop() == 0)
        #expect(try rig.partitions() == 3)
        #expect(try rig.rows() == 2)
    }

    @Test("cannot be made or dropped by a service, nor by a relay in any other way")
    func rights() async throws {
        let rig = try await UpkeepRig()
        try rig.past("2026-01-01", 1)
        for sql in [
            "SELECT outbox_make_partitions(3600, 1)", "SELECT outbox_drop_partitions(3600)",
        ] {
            let error = #expect(throws: PostgresError.self) {
                try Connection(url: rig.test.url).query(sql)
            }
            #expect(error?.code == .insufficientPrivilege)
        }
        for sql in ["DROP TABLE past_20260101", "TRUNCATE past_20260101", "DELETE FROM outbox"] {
            let error = #expect(throws: PostgresError.self) {
                try Connection(url: rig.test.relayURL).execute(sql)
            }
            #expect(error?.code == .insufficientPrivilege)
        }
        #expect(throws: PostgresError.self) { try rig.drop(olderThan: UpkeepRig.hour - 1) }
        #expect(throws: PostgresError.self) { try rig.make(1) }
    }
}
