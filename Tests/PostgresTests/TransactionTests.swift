import Postgres
import TestSupport
import Testing

@Suite("Transactions", .tags(.database))
struct TransactionTests {
    private static let schema = """
        CREATE TABLE parent (id bigint PRIMARY KEY);
        CREATE TABLE child (
            id bigint PRIMARY KEY CHECK (id > 0),
            parent bigint REFERENCES parent DEFERRABLE INITIALLY DEFERRED
        );
        """
    private static let addChild = Statement("INSERT INTO child (id, parent) VALUES ($1, $2)")
    private static let addParent = Statement("INSERT INTO parent (id) VALUES ($1)")
    private static let addParents =
        Statement("INSERT INTO parent (id) SELECT * FROM unnest($1::int8[])")
    private static let countChildren = Statement("SELECT count(*) FROM child")
    private static let deleteChildren = Statement("DELETE FROM child WHERE id < $1")

    private func fixture() async throws -> Fixture {
        let fixture = try await Fixture()
        try fixture.execute(Self.schema)
        return fixture
    }

    @Test("what is queued is done in order and committed together")
    func pipelined() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool()
        let count = try await database.transaction { tx in
            try tx.execute(Self.addParent, 1)
            for id in 1...2_000 { try tx.execute(Self.addChild, id, 1) }
            return try tx.query(Self.countChildren).first?.read(0, as: Int.self)
        }
        #expect(count == 2_000)
        #expect(try fixture.number("SELECT count(*) FROM child") == 2_000)
    }

    @Test("a large statement is under way before anybody waits for it")
    func sentAtOnce() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool(connections: 1)
        let isUnderWay = try await database.transaction { tx in
            try tx.execute(Self.addParents, Array(1...5_000))
            let deadline = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < deadline {
                let writing = try fixture.number(
                    """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE application_name = 'pool' AND backend_xid IS NOT NULL
                    """)
                if writing == 1 { return true }
            }
            return false
        }
        #expect(isUnderWay)
        #expect(try fixture.number("SELECT count(*) FROM parent") == 5_000)
    }

    @Test("rows that were touched are counted")
    func affected() async throws {
        let database = try await fixture().pool()
        let touched = try await database.transaction { tx in
            for id in 1...5 { try tx.execute(Self.addChild, id, nil as Int?) }
            return try tx.affected(Self.deleteChildren, 4)
        }
        #expect(touched == 3)
    }

    @Test("a queued statement's error surfaces at the next query, with its name and its SQL")
    func errorAtNextQuery() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool(connections: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await database.transaction { tx in
                try tx.execute(Self.addChild, -1, nil as Int?)
                try tx.execute(Self.addParent, 1)
                try tx.query(Self.countChildren)
                Issue.record("the query must throw")
            }
        }
        #expect(error?.code == .checkViolation)
        #expect(error?.constraint == "child_id_check")
        #expect(error?.sql == Self.addChild.sql)
        // What was only prepared behind the error is prepared again.
        try await database.transaction { tx in try tx.execute(Self.addParent, 1) }
        #expect(try fixture.number("SELECT count(*) FROM parent") == 1)
    }

    @Test("a queued statement's error surfaces at commit at the latest, and nothing stays")
    func errorAtCommit() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool()
        let failed = await code {
            try await database.transaction { tx in
                try tx.execute(Self.addParent, 1)
                try tx.execute(Self.addParent, 1)
            }
        }
        #expect(failed == .uniqueViolation)
        #expect(try fixture.number("SELECT count(*) FROM parent") == 0)
    }

    @Test("a deferred constraint that fails at commit is an error")
    func deferredConstraint() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool()
        let failed = await code {
            try await database.transaction { tx in _ = try tx.query(Self.addChild, 1, 99) }
        }
        #expect(failed == .foreignKeyViolation)
        #expect(try fixture.number("SELECT count(*) FROM child") == 0)
    }

    @Test("an error that the body swallows still ends the transaction")
    func swallowedError() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool()
        let failed = await code {
            try await database.transaction { tx in
                try tx.query(Self.addParent, 1)
                _ = try? tx.query(Self.addParent, 1)
            }
        }
        #expect(failed == .uniqueViolation)
        #expect(try fixture.number("SELECT count(*) FROM parent") == 0)
    }

    private struct Refusal: Error {}

    @Test("the body's own error rolls back and is passed on, and the connection is used again")
    func bodyThrows() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool(connections: 1)
        await #expect(throws: Refusal.self) {
            try await database.transaction { tx in
                try tx.execute(Self.addParent, 1)
                // Fails at the server, and is skipped together with the first ROLLBACK.
                try tx.execute(Self.addParent, 1)
                throw Refusal()
            }
        }
        try await database.transaction { tx in try tx.execute(Self.addParent, 2) }
        #expect(try fixture.number("SELECT count(*) FROM parent") == 1)
        #expect(database.statistics().connections == 1)
        #expect(
            try fixture.number(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pool' "
                    + "AND datname = current_database()") == 1)
    }

    @Test("a body that asks nothing of the database begins no transaction")
    func emptyBody() async throws {
        let database = try await fixture().pool()
        #expect(try await database.transaction { _ in 42 } == 42)
    }

    @Test("a read-only transaction cannot write")
    func readOnly() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool()
        let error = await #expect(throws: PostgresError.self) {
            try await database.read { tx in try tx.query(Self.addParent, 1) }
        }
        #expect(error?.sqlState == "25006")
    }

    private static let counter = Statement("SELECT value FROM counter")
    private static let increase = Statement("UPDATE counter SET value = $1")

    @Test("serialization failures are run again until every increment is there")
    func serializationRetry() async throws {
        let fixture = try await fixture()
        try fixture.execute("CREATE TABLE counter AS SELECT 0::bigint AS value")
        let database = try fixture.pool(connections: 3)
        let runs = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...3 {
                group.addTask {
                    for _ in 1...10 {
                        try await database.transaction(isolation: .serializable) { tx in
                            _ = runs.next()
                            let value = try tx.query(Self.counter).first?.read(0, as: Int.self)
                            try tx.execute(Self.increase, (value ?? 0) + 1)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.number("SELECT value FROM counter") == 30)
        #expect(runs.count >= 30)
    }

    private static let lastSeat = Statement("SELECT coalesce(max(number), 0) FROM seat")
    private static let takeSeat = Statement(
        "INSERT INTO seat (number) VALUES ($1)", overtakenAt: "seat_pkey")
    private static let nameSeat = Statement(
        "INSERT INTO seat (number, name) VALUES ($1, 'window')", overtakenAt: "seat_pkey")

    @Test("one that was overtaken where it says so is run again, and sees what overtook it")
    func overtaken() async throws {
        let fixture = try await fixture()
        try fixture.execute("CREATE TABLE seat (number bigint PRIMARY KEY, name text UNIQUE)")
        let database = try fixture.pool(connections: 1)
        let runs = Counter()
        try await database.transaction { tx in
            let last = try tx.query(Self.lastSeat)[0].read(0, as: Int.self)
            if runs.next() == 1 { try fixture.execute("INSERT INTO seat VALUES (1, 'window')") }
            try tx.execute(Self.takeSeat, last + 1)
        }
        #expect(runs.count == 2)
        #expect(try fixture.number("SELECT max(number) FROM seat") == 2)

        // Another constraint is no race.
        let refused = await code {
            try await database.transaction { tx in try tx.execute(Self.nameSeat, 3) }
        }
        #expect(refused == .uniqueViolation)
    }

    private static let sleep = Statement("SELECT pg_sleep(30)")

    @Test("a statement that takes too long is cancelled, and the connection lives on")
    func statementTimeout() async throws {
        let database = try await fixture().pool(connections: 1) {
            $0.statementTimeout = .milliseconds(50)
        }
        #expect(
            await code { try await database.read { tx in _ = try tx.query(Self.sleep) } }
                == .queryCanceled)
        #expect(try await database.read { tx in try tx.query(Self.countChildren).count } == 1)
    }

    private static let lockTable = Statement("LOCK TABLE parent IN EXCLUSIVE MODE NOWAIT")

    @Test("a lock that is not to be had is an error of its own and is not retried")
    func lockTimeout() async throws {
        let fixture = try await fixture()
        let database = try fixture.pool()
        let holder = try Connection(url: fixture.url)
        try holder.execute("BEGIN; LOCK TABLE parent IN EXCLUSIVE MODE")
        let runs = Counter()
        let failed = await code {
            try await database.transaction { tx in
                _ = runs.next()
                try tx.query(Self.lockTable)
            }
        }
        #expect(failed == .lockTimeout)
        #expect(runs.count == 1)
    }
}
