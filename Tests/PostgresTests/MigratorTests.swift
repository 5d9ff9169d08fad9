import Logging
import Postgres
import TestSupport
import Testing

@Suite("Migrations", .tags(.database))
struct MigratorTests {
    private static let first = Migration(
        version: 1, name: "tables", sql: Array("CREATE TABLE a (id int); CREATE TABLE b ();".utf8))
    private static let second = Migration(
        version: 2, name: "more", sql: Array("ALTER TABLE a ADD COLUMN name text".utf8))
    private static let both = [MigrationSet(component: "shop", [first, second])]

    private func migrator(_ fixture: Fixture) -> Migrator {
        Migrator(url: fixture.url, logger: .quiet)
    }

    @Test("migrations are applied in order, once")
    func twice() async throws {
        let migrator = migrator(try await Fixture())
        #expect(try await !migrator.isCurrent(Self.both))
        #expect(
            try await migrator.migrate(Self.both) == ["shop V0001_tables", "shop V0002_more"])
        #expect(try await migrator.migrate(Self.both) == [])
        #expect(try await migrator.isCurrent(Self.both))
    }

    @Test("of many that migrate at once each migration is applied by one")
    func concurrently() async throws {
        let migrator = migrator(try await Fixture())
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 1...6 { group.addTask { try await migrator.migrate(Self.both) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.sorted() == ["shop V0001_tables", "shop V0002_more"])
    }

    @Test("components have histories of their own")
    func components() async throws {
        let migrator = migrator(try await Fixture())
        _ = try await migrator.migrate(Self.both)
        let other = MigrationSet(
            component: "desk", [.init(version: 1, name: "c", sql: Array("CREATE TABLE c ()".utf8))])
        #expect(try await !migrator.isCurrent(Self.both + [other]))
        #expect(try await migrator.migrate(Self.both + [other]) == ["desk V0001_c"])
    }

    @Test("a migration that was changed after it had been applied is refused by name")
    func changed() async throws {
        let migrator = migrator(try await Fixture())
        _ = try await migrator.migrate(Self.both)
        let edited = Migration(version: 2, name: "more", sql: Array("SELECT 1".utf8))
        let sets = [MigrationSet(component: "shop", [Self.first, edited])]
        let error = await #expect(throws: PostgresError.self) {
            try await migrator.migrate(sets)
        }
        #expect(error?.code == .migrationChanged)
        #expect(error?.message.contains("shop V0002_more") == true)
        #expect(await code { _ = try await migrator.isCurrent(sets) } == .migrationChanged)
    }

    @Test("a database newer than the program is refused by migrate, and is current for serving")
    func newer() async throws {
        let migrator = migrator(try await Fixture())
        _ = try await migrator.migrate(Self.both)
        let old = [MigrationSet(component: "shop", [Self.first])]
        #expect(await code { _ = try await migrator.migrate(old) } == .databaseNewer)
        #expect(try await migrator.isCurrent(old))
    }

    @Test("a migration that slipped in before applied ones is refused")
    func late() async throws {
        let migrator = migrator(try await Fixture())
        _ = try await migrator.migrate([MigrationSet(component: "shop", [Self.first, Self.third])])
        let all = [MigrationSet(component: "shop", [Self.first, Self.second, Self.third])]
        let error = await #expect(throws: PostgresError.self) { try await migrator.migrate(all) }
        #expect(error?.code == .migrationChanged)
        #expect(error?.message.contains("shop V0002_more was added before version 3") == true)
    }

    private static let third = Migration(
        version: 3, name: "later", sql: Array("CREATE TABLE d ()".utf8))

    @Test("a migration that fails leaves nothing, and its line is named")
    func failing() async throws {
        let fixture = try await Fixture()
        let migrator = migrator(fixture)
        let broken = Migration(
            version: 1, name: "broken",
            sql: Array("CREATE TABLE e (id int);\n\nCREATE TABLE f (id nosuchtype);".utf8))
        let error = await #expect(throws: PostgresError.self) {
            try await migrator.migrate([MigrationSet(component: "shop", [broken])])
        }
        #expect(error?.message.contains("shop V0001_broken, line 3") == true)
        #expect(try fixture.number("SELECT count(*) FROM pg_class WHERE relname = 'e'") == 0)
        #expect(try fixture.number("SELECT count(*) FROM schema_migrations") == 0)
    }
}
