import Postgres
import TestSupport
import Testing

@testable import Billing
@testable import Ledger
@testable import Payment

/// Every SQL statement of the sources, planned by Postgres against the schema that the migrations
/// make: a misspelt column fails here and not in production.
@Suite("Every statement fits the schema", .tags(.database))
struct StatementTests {
    /// A database, and the folders whose statements run on it.
    struct Schema: Sendable, CustomStringConvertible {
        let description: String
        let migrations: [MigrationSet]
        let folders: [String]
    }

    static let schemas = [
        Schema(
            description: "payment", migrations: PaymentCommand.migrations,
            folders: ["Services/Payment", "Services/Relay", "Shared"]),
        Schema(
            description: "billing", migrations: BillingCommand.migrations,
            folders: ["Services/Billing", "Services/Relay", "Shared/Outbox", "Shared/ServiceHost"]),
        Schema(
            description: "ledger", migrations: LedgerCommand.migrations,
            folders: ["Services/Ledger", "Services/Relay", "Shared/Outbox", "Shared/ServiceHost"]),
    ]

    @Test("each statement can be prepared", arguments: schemas)
    func prepare(schema: Schema) async throws {
        let database = try await TestDatabase.make(schema.migrations)
        let connection = try Connection(url: database.superuserURL)
        for folder in schema.folders {
            let statements = StatementScan.statements(in: folder)
            #expect(!statements.isEmpty, "no statement found in \(folder)")
            for statement in statements where !statement.isCommand {
                do {
                    try connection.execute("PREPARE probe AS \(statement.sql)")
                    try connection.execute("DEALLOCATE probe")
                } catch {
                    Issue.record("\(statement): \(error)")
                }
            }
        }
    }

    @Test("the migrations may run again, and change nothing", arguments: schemas)
    func migrateTwice(schema: Schema) async throws {
        let database = try await TestDatabase.make(schema.migrations)
        let migrator = Migrator(url: database.ownerURL, logger: .quiet)
        #expect(try await migrator.migrate(schema.migrations).isEmpty)
        #expect(try await migrator.isCurrent(schema.migrations))
    }
}

extension FoundStatement {
    /// What controls transactions and cursors, or defines tables, cannot be prepared.
    fileprivate var isCommand: Bool {
        [
            "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "SET", "SHOW", "DECLARE", "FETCH", "CLOSE",
            "CREATE", "GRANT",
        ]
        .contains { sql.trimmingPrefix(while: \.isWhitespace).hasPrefix($0) }
    }
}
