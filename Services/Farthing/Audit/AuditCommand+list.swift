import ArgumentParser
import LocalStack

extension AuditCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists who did what, newest first.")

        @Option(help: "payment, billing or ledger.")
        var service = "ledger"

        @Option(help: "What it was done to: acct_…, txn_…, cus_….")
        var subject: String?

        @Option(help: "Who did it.")
        var actor: String?

        @Option(help: "What was done: account.opened.")
        var action: String?

        @Option(help: "How many, at most 100.")
        var limit = 20

        @Option(help: "Go on after a page, with the cursor that it ended with.")
        var cursor: String?

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let answer = try await access.client(service).read(
                    "/v1/audit",
                    [
                        ("subject", subject), ("actor", actor), ("action", action),
                        ("limit", "\(limit)"), ("cursor", cursor),
                    ])
                terminal.show(answer, asJSON: access.json, Self.lines(of: answer.body))
            }
        }

        /// One line per change, under a heading.
        static func lines(of page: JSON) -> [String] {
            let lines = page["data"].elements
            guard !lines.isEmpty else { return ["There are none."] }
            let heading =
                "ID".column(44) + "AT".column(26) + "WHO".column(16) + "WHAT".column(24)
                + "TO WHAT".column(44) + "LEAF"
            return [heading] + lines.map(line) + SagaListing.more(page)
        }

        private static func line(_ line: JSON) -> String {
            func text(_ name: String) -> String { line[name].string ?? "" }
            return text("id").column(44) + text("at").column(26) + text("actor").column(16)
                + text("action").column(24) + text("subject").column(44)
                + (line["leaf"].integer.map(String.init) ?? "-")
        }
    }
}
