import ArgumentParser
import Foundation
import Outbox
import ServiceHost

/// A service that does nothing with its messages but receive each once: what `consuming` measures.
struct ConsumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume", abstract: "Consume a topic to no purpose.", shouldDisplay: false)

    @Argument(help: "The topic.")
    var topic: String

    @Argument(help: "The consumer group.")
    var group: String

    static let operation = "bench.consume"

    func run() async throws {
        let host = try Host(
            "bench", configuration: .fromEnvironment(service: "bench"),
            migrations: [OutboxSchema.migrations, HostSchema.migrations])
        try await host.serve { routes in
            routes.consume(topic, group: group, operation: Self.operation) { _, _ in }
        }
    }
}
