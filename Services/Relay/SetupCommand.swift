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
                Makes the publication farthing_NAME and the tables relay_checkpoint and \
                outbox_parked, and grants the relay's role what it needs. Run again, it puts back \
                what is missing. The server needs wal_level = logical.
                """)

        @Option(help: "The database, as the role that owns the outbox: postgres://…")
        var source: String

        @Option(help: "The table, schema.table or table.")
        var table = "outbox"

        @Option(help: "What 'relay serve' calls it; each of several tables has its own.")
        var name = "outbox"

        @Option(help: "The role that the relay logs in with, which has REPLICATION.")
        var role: String

        func validate() throws {
            guard RelayConfiguration.isName(name) else {
                throw ValidationError(
                    "'\(name)' is no name of at most 40 lower-case letters, digits and _.")
            }
        }

        func run() async throws {
            let table = try OutboxTable(named: table, source: name)
            let logger = Telemetry.start("relay", level: .warning)
            try await Setup(url: source, table: table, role: role, logger: logger).run()
            print("\(table.quoted) is ready for a relay that logs in as \(role)")
        }
    }
}
