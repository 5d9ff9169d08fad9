import ArgumentParser
import Audit

extension AuditCommand {
    struct MakeKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key that a service signs with, and prints its public half.",
            discussion: """
                The service reads the file by AUDIT_SIGNING_KEY_FILE; nobody else may. What is \
                printed is for whoever verifies, as --key takes it in a file.
                """)

        @Option(help: "payment, billing or ledger: the key's name is farthing/ledger, and so on.")
        var service: String

        @Option(help: "The file of the secret half, which must not be there yet.")
        var to: String

        func run() async throws {
            try await reporting { terminal in
                try ServiceName.check(service)
                let file = SigningKeyFile(to)
                try file.create()
                terminal.line(try file.key(of: service).publicKey.description)
            }
        }
    }

    struct PublicKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "public-key", abstract: "Prints the public half of a key.")

        @Argument(help: "The file of the secret half.")
        var file: String

        @Option(help: "payment, billing or ledger: whoever signs with it.")
        var service: String

        func run() async throws {
            try await reporting { terminal in
                try ServiceName.check(service)
                terminal.line(try SigningKeyFile(file).key(of: service).publicKey.description)
            }
        }
    }

    struct RetireKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire-key",
            abstract: "Prints a public key with its end: its last checkpoint of an export.",
            discussion: """
                Given as --key or in AUDIT_RETIRED_KEY_FILES, such a key counts up to that \
                checkpoint and no further, and the log must go on from it. So whoever steals \
                the key later can sign nothing with it. Verify the export first.
                """)

        @Argument(help: "The folder of an export.")
        var folder: String

        @Option(help: "The file with the public key.")
        var key: String

        func run() async throws {
            try await reporting { terminal in
                let key = try TrustedKey(file: key).key
                let retired = try ExportFolder(folder).retired(key)
                terminal.line(String(retired.description.dropLast()))
            }
        }
    }
}
