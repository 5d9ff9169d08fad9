import ArgumentParser
import FoundationEssentials
import LocalStack

/// What a local stack is made of: the options that `up` hands on to the supervisor.
struct StackOptions: ParsableArguments {
    @Option(name: .customLong("kafka"), help: "Use the Kafka at HOST:PORT.")
    var kafka: String?

    @Option(
        name: .customLong("postgres"),
        help: """
            Use the PostgreSQL at this URL, that of a superuser, for all three databases; wal_level \
            must be logical.
            """)
    var postgres: String?

    @Option(help: "HTTP port of the payment service (free unless given).")
    var paymentPort: Int?

    @Option(help: "HTTP port of the billing service (free unless given).")
    var billingPort: Int?

    @Option(help: "HTTP port of the ledger (free unless given).")
    var ledgerPort: Int?

    @Option(
        help: """
            Port of the payment service's PostgreSQL; billing's and the ledger's have the next two \
            (free unless given).
            """)
    var postgresPort: Int?

    @Option(help: "Port of the embedded broker (free unless given).")
    var kafkaPort: Int?

    /// The same options as words of a command line.
    var words: [String] {
        let texts = [("--kafka", kafka), ("--postgres", postgres)]
        let numbers = [
            ("--payment-port", paymentPort), ("--billing-port", billingPort),
            ("--ledger-port", ledgerPort), ("--postgres-port", postgresPort),
            ("--kafka-port", kafkaPort),
        ]
        return texts.flatMap { name, value in value.map { [name, $0] } ?? [] }
            + numbers.flatMap { name, value in value.map { [name, "\($0)"] } ?? [] }
    }

    func validate() throws {
        for port in [paymentPort, billingPort, ledgerPort, postgresPort, kafkaPort] {
            if let port, !(1...65_535).contains(port) {
                throw ValidationError("\(port) is not a port.")
            }
        }
        if let postgresPort, postgresPort + Stack.servers.count - 1 > 65_535 {
            throw ValidationError("After \(postgresPort) there are no two ports more.")
        }
    }

    func configuration(_ folder: StackFolder) -> StackConfiguration {
        var configuration = StackConfiguration(
            directory: folder.path, binaries: Self.ownDirectory)
        configuration.kafka = kafka
        configuration.postgres = postgres
        let ports = [
            "payment": paymentPort, "billing": billingPort, "ledger": ledgerPort,
            "broker": kafkaPort,
        ]
        configuration.ports = ports.compactMapValues { $0 }
        for (place, server) in Stack.servers.enumerated() {
            configuration.ports[server] = postgresPort.map { $0 + place }
        }
        return configuration
    }

    /// The program that runs now.
    static var ownProgram: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }

    /// The directory that it lies in, with the services beside it.
    static var ownDirectory: String {
        String(ownProgram.prefix(upTo: ownProgram.lastIndex(of: "/") ?? ownProgram.startIndex))
    }
}
