import Postgres
import TestSupport
import Testing

@testable import LocalStack

@Suite("A stack's databases", .tags(.database))
struct StackDatabasesTests {
    @Test("refuse another service's login, also where an earlier version had let everybody in")
    func walls() async throws {
        let server = try await TestDatabase.make(ownCluster: true)
        let secrets = try Secrets(file: try Scratch.directory() + "/secret")
        let databases = StackDatabases(superuserURL: server.superuserURL, secrets: secrets)
        for _ in 1...2 {
            try await databases.provision()
            for name in StackDatabases.names {
                for url in [
                    try databases.ownerURL(name), try databases.serviceURL(name),
                    try databases.relayURL(name),
                ] {
                    try Connection(url: url).execute("SELECT 1")
                }
                for other in StackDatabases.names where other != name {
                    let home = try databases.serviceURL(other)
                    let intruder = home.dropLast(other.count) + name
                    let error = #expect(throws: PostgresError.self) {
                        _ = try Connection(url: String(intruder))
                    }
                    let text = error?.description ?? "it is let in"
                    #expect(text.contains("permission denied for database"), "\(text)")
                }
                #expect(throws: PostgresError.self) {
                    try Connection(url: try databases.serviceURL(name)).execute(
                        "CREATE TEMPORARY TABLE scratch (id int)")
                }
            }
            try await PostgresRoles(superuserURL: server.superuserURL).execute(
                StackDatabases.names.map { "GRANT ALL ON DATABASE \($0) TO PUBLIC" })
        }
        try await server.drop()
    }
}
