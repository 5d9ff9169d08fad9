import Logging
import Postgres
import TestSupport
import Testing

@Suite("The pool", .tags(.database))
struct PoolTests {
    private static let one = Statement("SELECT 1")
    private static let backend = Statement("SELECT pg_backend_pid()")
    private static let insert = Statement("INSERT INTO note (text) VALUES ($1)")
    private static let terminateSelf = Statement("SELECT pg_terminate_backend(pg_backend_pid())")

    @Test("a full queue refuses at once, and what waited is done")
    func overloaded() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool(connections: 1) { $0.queueLimit = 2 }
        let holder = try Connection(url: fixture.url)
        try holder.execute("CREATE TABLE note (text text)")
        try holder.execute("BEGIN; LOCK TABLE note")
        let write: @Sendable (Int) -> Task<Void, any Error> = { number in
            Task { try await database.transaction { try $0.execute(Self.insert, "\(number)") } }
        }
        var writers = [write(1)]
        try await eventually { database.statistics().busy == 1 }
        writers += [write(2), write(3)]
        try await eventually { database.statistics().waiting == 2 }
        #expect(await code { try await database.transaction { _ in } } == .overloaded)
        try holder.execute("COMMIT")
        for writer in writers { try await writer.value }
        #expect(try fixture.number("SELECT count(*) FROM note") == 3)
    }

    @Test("a connection that was killed while idle is replaced before it is used")
    func killedWhileIdle() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool(connections: 1)
        try fixture.execute("CREATE TABLE note (text text)")
        let first = try await backend(of: database)
        try fixture.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                + "WHERE application_name = 'pool' AND datname = current_database()")
        try await database.transaction { try $0.execute(Self.insert, "after") }
        let second = try await backend(of: database)
        #expect(first != second)
        #expect(try fixture.number("SELECT count(*) FROM note") == 1)
        #expect(database.statistics().connections == 1)
    }

    private func backend(of database: Database) async throws -> Int? {
        try await database.read { tx in try tx.query(Self.backend).first?.read(0) }
    }

    @Test("a connection that breaks before COMMIT is replaced, and the body runs once more")
    func brokenBeforeCommit() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool(connections: 1)
        try fixture.execute("CREATE TABLE note (text text)")
        let runs = Counter()
        try await database.transaction { tx in
            try tx.execute(Self.insert, "once")
            if runs.next() == 1 { try tx.query(Self.terminateSelf) }
        }
        #expect(runs.count == 2)
        #expect(try fixture.number("SELECT count(*) FROM note") == 1)
    }

    @Test("a connection that breaks during COMMIT leaves the outcome unknown, and is not retried")
    func brokenDuringCommit() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool(connections: 1)
        // The server dies within COMMIT itself.
        try fixture.execute(
            """
            CREATE TABLE note (text text);
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON note
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();
            """)
        let runs = Counter()
        let failed = await code {
            try await database.transaction { tx in
                _ = runs.next()
                try tx.execute(Self.insert, "maybe")
            }
        }
        #expect(failed == .commitOutcomeUnknown)
        #expect(runs.count == 1)
        #expect(try await database.read { try $0.query(Self.one).count } == 1)
    }

    @Test("the answer to COMMIT is lost: the outcome is unknown, and here the row stands")
    func answerToCommitLost() async throws {
        let fixture = try await Fixture()
        try fixture.execute("CREATE TABLE note (text text)")
        let port = try fixture.number("SELECT inet_server_port()")
        let eater = try CommitEater(target: UInt16(port))
        let database = try fixture.pool(connections: 1) {
            $0.url = $0.url.replacing(":\(port)/", with: ":\(eater.port)/")
        }
        let runs = Counter()
        let failed = await code {
            try await database.transaction { tx in
                _ = runs.next()
                try tx.execute(Self.insert, "stands")
            }
        }
        #expect(failed == .commitOutcomeUnknown)
        #expect(runs.count == 1)
        try await eventually {
            try fixture.number("SELECT count(*) FROM note") == 1
        }
    }

    @Test("while the server is away transactions fail at once instead of hanging")
    func serverAway() async throws {
        let database = try Database(
            .init(url: "postgres://nobody@127.0.0.1:1/nothing", connections: 2),
            logger: .quiet)
        let began = ContinuousClock.now
        for _ in 1...50 {
            #expect(await code { try await database.transaction { _ in } } == .connectionFailed)
        }
        #expect(ContinuousClock.now - began < .seconds(5))
        #expect(database.statistics().connections == 0)
    }

    @Test("a malformed URL is refused when the pool is made")
    func malformedURL() {
        let error = #expect(throws: PostgresError.self) {
            try Database(.init(url: "postgres://[nonsense"), logger: .quiet)
        }
        #expect(error?.code == .invalidValue)
    }

    @Test("closing finishes what waits, hangs up and refuses the rest")
    func closing() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool(connections: 2)
        try fixture.execute("CREATE TABLE note (text text)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...20 {
                group.addTask {
                    try await database.transaction { try $0.execute(Self.insert, "\(number)") }
                }
            }
            try await group.waitForAll()
        }
        await database.close()
        #expect(try fixture.number("SELECT count(*) FROM note") == 20)
        #expect(await code { try await database.transaction { _ in } } == .closed)
        #expect(database.statistics().connections == 0)
    }

    private static let everything = Statement("SELECT * FROM note")

    @Test("a statement whose table was altered meanwhile is planned anew")
    func stalePlan() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool(connections: 1)
        try fixture.execute("CREATE TABLE note (text text); INSERT INTO note VALUES ('a')")
        _ = try await database.read { try $0.query(Self.everything) }
        try fixture.execute("ALTER TABLE note ADD COLUMN more bigint DEFAULT 5")
        let row = try await database.read { try #require(try $0.query(Self.everything).first) }
        #expect(try row.read(1, as: Int.self) == 5)
    }

    private static let settings = Statement(
        """
        SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
               current_setting('idle_in_transaction_session_timeout'),
               current_setting('TimeZone'), current_setting('client_encoding'),
               current_setting('work_mem'), current_setting('enable_seqscan')
        """)

    @Test("the timeouts are in force on every connection, beside the URL's own options")
    func sessionSettings() async throws {
        let fixture = try await Fixture()
        let database = try fixture.pool {
            $0.url += "?options=-c%20work_mem%3D5MB"
            $0.statementTimeout = .milliseconds(1500)
        }
        let row = try await database.read { try #require(try $0.query(Self.settings).first) }
        let values = try (0..<7).map { try row.read($0, as: String.self) }
        #expect(values == ["1500ms", "5s", "10s", "UTC", "UTF8", "5MB", "on"])

        let service = try fixture.pool { $0.readsWholeTables = false }
        let its = try await service.read { try #require(try $0.query(Self.settings).first) }
        #expect(try its.read(6, as: String.self) == "off")
    }
}
