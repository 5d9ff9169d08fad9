import ArgumentParser
import LocalStack

/// `farthing dead-letters`: messages that a service could not handle, and what becomes of them.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Lists messages that could not be handled; replays or discards them.",
        subcommands: [List.self, Replay.self, Discard.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists dead letters, of every service unless one is named.")

        @Option(help: "payment, billing or ledger.")
        var service: String?

        @Option(help: "Only those of this topic.")
        var topic: String?

        @Option(help: "Only those of this key.")
        var key: String?

        @Option(help: "How many of each service, at most 100.")
        var limit = 20

        @Option(help: "Go on after a service's page, with the cursor that it ended with.")
        var cursor: String?

        @OptionGroup var access: ServiceAccess

        func validate() throws {
            if service == nil, cursor != nil || access.url != nil {
                throw ValidationError("--cursor and --url need --service.")
            }
        }

        func run() async throws {
            try await reporting { terminal in
                for service in service.map({ [$0] }) ?? Stack.services {
                    let answer = try await access.client(service).read(
                        "/v1/dead-letters",
                        [
                            ("topic", topic), ("key", key), ("limit", "\(limit)"),
                            ("cursor", cursor),
                        ])
                    terminal.show(
                        answer, asJSON: access.json,
                        DeadLetterListing.lines(of: answer.body, service: service))
                }
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Handles a dead letter, or all of a parked key in order, once more.")

        @Option(help: "payment, billing or ledger.")
        var service: String

        @Argument(help: "A dead letter's number.")
        var id: String?

        @Option(help: "With --key: everything of that key.")
        var topic: String?

        @Option(help: "With --topic: everything of that key.")
        var key: String?

        @OptionGroup var access: ServiceAccess

        func validate() throws {
            guard (id == nil) != (topic == nil), (topic == nil) == (key == nil) else {
                throw ValidationError("Give a number, or --topic and --key.")
            }
        }

        func run() async throws {
            try await reporting { terminal in
                let client = try access.client(service)
                if let topic, let key {
                    let answer = try await client.order(
                        "/v1/dead-letters/replay", ["topic": .string(topic), "key": .string(key)])
                    terminal.show(answer, asJSON: access.json, ["\(topic) \(key) was replayed."])
                } else {
                    let id = id ?? ""
                    let answer = try await client.order("/v1/dead-letters/\(id)/replay")
                    terminal.show(answer, asJSON: access.json, ["\(id) was replayed."])
                }
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a dead letter up for good.")

        @Option(help: "payment, billing or ledger.")
        var service: String

        @Argument(help: "A dead letter's number.")
        var id: String

        @Option(help: "Why, for the audit trail.")
        var reason: String?

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let body: [String: JSON] = reason.map { ["reason": .string($0)] } ?? [:]
                let answer = try await access.client(service).order(
                    "/v1/dead-letters/\(id)/discard", .object(body))
                terminal.show(answer, asJSON: access.json, ["\(id) was discarded."])
            }
        }
    }
}
