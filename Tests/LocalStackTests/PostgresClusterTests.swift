import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

@testable import LocalStack

@Suite("PostgreSQL cluster", .tags(.database))
struct PostgresClusterTests {
    @Test("keeps its data through a kill, a stop and a start, with passwords and logical decoding")
    func lifecycle() async throws {
        let directory = try Scratch.directory()
        let cluster = try PostgresCluster(
            directory: "\(directory)/postgres", port: try Port.free(),
            authentication: .password("secret"), log: "\(directory)/postgres.log",
            diesWithParent: true)
        let supervisor = Supervisor(pids: PidDirectory("\(directory)/pids"))
        try await supervisor.start(try cluster.supervised())
        let url = cluster.superuserURL()
        try Connection(url: url).execute("CREATE TABLE kept AS SELECT 7 AS seven")
        let level: String = try setting("wal_level", url)
        #expect(level == "logical")
        #expect(try setting("fsync", url) == "on")
        #expect(throws: PostgresError.self) {
            _ = try Connection(url: url.replacing("secret", with: "wrong"))
        }

        await supervisor.kill("postgres")
        try await eventually("the server is back") { try isKept(url) }
        #expect(await supervisor.restarts("postgres") >= 1)
        try await supervisor.restart("postgres")
        #expect(try isKept(url))
        await supervisor.stopAll()
        #expect(!Port.isListening(cluster.port))

        // As after a crash of the machine: the pid in the lock file is somebody else's by now.
        try Data("\(getpid())\n".utf8).write(to: URL(filePath: "\(cluster.data)/postmaster.pid"))
        try await supervisor.start(try cluster.supervised())
        #expect(try isKept(url))
        await supervisor.stopAll()
    }

    @Test("a directory that only root may enter is no place for it")
    func unreachable() throws {
        guard geteuid() == 0 else { return }
        let directory = try Scratch.directory()
        #expect(PostgresDirectory.isReachable(directory))
        #expect(try PostgresDirectory.resolve("\(directory)/data") == "\(directory)/data")
        chmod(directory, 0o700)
        let target = try PostgresDirectory.resolve("\(directory)/data")
        #expect(target.hasPrefix(PostgresDirectory.refuge))
        #expect(try PostgresDirectory.resolve("\(directory)/data") == target)
    }

    private func setting(_ name: String, _ url: String) throws -> String {
        try Connection(url: url).query("SELECT current_setting($1)", name)[0].read(0)
    }

    private func isKept(_ url: String) throws -> Bool {
        try Connection(url: url).query("SELECT seven FROM kept")[0].read(0, as: Int32.self) == 7
    }

    @Test("a test database has owner, service and relay, and is a clone of its migrations")
    func testDatabase() async throws {
        let sql = """
            CREATE TABLE thing (id int PRIMARY KEY);
            GRANT SELECT ON thing TO farthing_service;
            """
        let migration = Migration(version: 1, name: "thing", sql: Array(sql.utf8))
        let sets = [MigrationSet(component: "thing", [migration])]
        let first = try await TestDatabase.make(sets)
        let second = try await TestDatabase.make(sets)
        try Connection(url: first.ownerURL).execute("INSERT INTO thing VALUES (1)")
        #expect(try Connection(url: first.url).query("SELECT id FROM thing").count == 1)
        #expect(try Connection(url: second.url).query("SELECT id FROM thing").isEmpty)
        #expect(throws: PostgresError.self) {
            try Connection(url: first.url).execute("INSERT INTO thing VALUES (2)")
        }
        try Connection(url: first.relayURL).execute(
            "SELECT pg_create_logical_replication_slot('slot_of_\(first.name)', 'pgoutput')")
        try await first.drop()
        try await second.drop()
    }
}
