import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Functions that run with the owner's rights", .tags(.database))
struct OwnersFunctionTests {
    @Test("look at temporary tables last, which anybody may make")
    func searchPath() async throws {
        let test = try await TestDatabase.make(RunningHost.migrations)
        let connection = try Connection(url: test.superuserURL)
        let functions = try connection.query(
            """
            SELECT proname::text,
                   EXISTS (SELECT FROM unnest(proconfig) AS setting
                           WHERE setting LIKE 'search_path=%, pg_temp')
            FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
            ORDER BY proname
            """)
        var names: [String] = []
        for row in functions {
            let name: String = try row.read(0)
            #expect(try row.read(1, as: Bool.self), "\(name)")
            names.append(name)
        }
        #expect(names == ["inbox_forget", "outbox_drop_partitions", "outbox_make_partitions"])
    }
}
