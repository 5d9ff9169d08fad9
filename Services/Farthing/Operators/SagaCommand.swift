import ArgumentParser
import LocalStack

/// `farthing saga`: what runs, what waits for a person, and what the person says.
struct SagaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "saga", abstract: "Lists sagas, and moves those that wait for a person.",
        subcommands: [List.self, Show.self, Retry.self, Compensate.self, Diagram.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists sagas, newest first.")

        @Option(
            help: """
                running, compensating, needs-intervention, succeeded or compensated; all unless \
                given.
                """)
        var state: String?

        @Option(help: "How many, at most 100.")
        var limit = 20

        @Option(help: "Go on after a page, with the cursor that it ended with.")
        var cursor: String?

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let answer = try await access.client("payment").read(
                    "/v1/sagas", [("state", state), ("limit", "\(limit)"), ("cursor", cursor)])
                terminal.show(answer, asJSON: access.json, SagaListing.lines(of: answer.body))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows where a saga stands and how it came there.")

        @Argument(help: "saga_…")
        var id: String

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let answer = try await access.client("payment").read("/v1/sagas/\(id)")
                terminal.show(answer, asJSON: access.json, SagaListing.detail(of: answer.body))
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has a saga that waits for a person ask again.")

        @Argument(help: "saga_…")
        var id: String

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let answer = try await access.client("payment").order("/v1/sagas/\(id)/retry")
                terminal.show(answer, asJSON: access.json, ["\(id) asks again."])
            }
        }
    }

    struct Compensate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has a saga that is not past its pivot undo what it has done.")

        @Argument(help: "saga_…")
        var id: String

        @Option(help: "Why, for the timeline and the audit trail.")
        var reason: String?

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let body: [String: JSON] = reason.map { ["reason": .string($0)] } ?? [:]
                let answer = try await access.client("payment").order(
                    "/v1/sagas/\(id)/compensate", .object(body))
                terminal.show(answer, asJSON: access.json, ["\(id) is being undone."])
            }
        }
    }

    struct Diagram: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draws a saga from its definition, in Mermaid.")

        @Argument(help: "payment or refund.")
        var name = "payment"

        func run() throws {
            try Program("payment").become(["diagram", name])
        }
    }
}
