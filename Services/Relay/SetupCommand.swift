import ArgumentParser
import Logging
import ServiceHost

extension RelayCommand {
    /// `relay setup --source postgres://owner@…/shop --table outbox --role relay`.
    struct SetupCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "setup",
            abstract: "Prepares a database of your own for the relay.",
            discussion: """
                Makes the publication, the tables relay_checkpoint and outbox_parked, and grants \
                the relay's role what it needs. The server needs wal_level = logical.
                """)

        @Option(help: "The database, as the role that owns the outbox: postgres://…")
        var source: String

        @Option(help: "The table, schema.table or table.")
        var table = "outbox"

        @Option(help: "The role that the relay logs in with, which has REPLICATION.")
        var role: String

        func run() async throws {
            let table = try OutboxTable(named: table)
            let logger = Telemetry.start("relay", level: .warning)
            try await Setup(url: source, table: table, role: role, logger: logger).run()
            print("\(table.quoted) is ready for a relay that logs in as \(role)")
        }
    }
}
