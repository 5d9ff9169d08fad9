import ArgumentParser
import Audit
import FoundationEssentials
import LocalStack

/// `farthing audit`: who did what, and the proof that nobody changed it since.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Looks into the audit trail, and checks its seal.",
        subcommands: [
            Verify.self, Export.self, Prove.self, Extend.self, CheckProof.self, Checkpoint.self,
            List.self, MakeKey.self, PublicKey.self, RetireKey.self,
        ])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes what a service has sealed to a folder, for verification elsewhere.")

        @Option(help: "payment, billing or ledger.")
        var service: String

        @Option(help: "The folder.")
        var to: String

        @Option(help: "URL of the service's database, instead of the local stack's.")
        var db: String?

        func run() async throws {
            try await reporting { terminal in
                let sealed = try SealedService(service, database: db)
                try await sealed.export(to: to)
                let manifest = try JSONFile.read(
                    ExportFolder(to).manifest, as: ExportManifest.self)
                terminal.line("\(manifest.leaves) leaves of the \(service) service are in \(to).")
            }
        }
    }

    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a proof that a row is sealed, which needs no database to be checked.")

        @Argument(help: "txn_… for a transfer, aud_… for a line of the audit trail.")
        var id: String

        @Option(help: "payment, billing or ledger.")
        var service = "ledger"

        @Option(help: "The proof's file.")
        var to: String

        @Option(help: "URL of the service's database, instead of the local stack's.")
        var db: String?

        func run() async throws {
            try await reporting { terminal in
                try await SealedService(service, database: db).prove(id, to: to)
                terminal.line("The proof of \(id) is in \(to).")
            }
        }
    }

    struct Extend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a proof that the log goes on from an earlier checkpoint.")

        @Argument(help: "The file with the earlier checkpoint.")
        var note: String

        @Option(help: "payment, billing or ledger.")
        var service = "ledger"

        @Option(help: "The proof's file.")
        var to: String

        @Option(help: "URL of the service's database, instead of the local stack's.")
        var db: String?

        func run() async throws {
            try await reporting { terminal in
                try await SealedService(service, database: db).extend(note, to: to)
                terminal.line("The proof is in \(to).")
            }
        }
    }

    struct CheckProof: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check-proof",
            abstract: "Checks a proof with the service's public key, and nothing else.")

        @Argument(help: "The proof's file.")
        var file: String

        @Option(help: "A file with a public key of the service; again for each that signed before.")
        var key: [String]

        func run() async throws {
            try await reporting { terminal in
                let proof = try JSONFile.read(file, as: ProofFile.self)
                terminal.line(try proof.check(AuditFiles.keyring(key)))
            }
        }
    }

    struct Checkpoint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the newest signed checkpoint of a service. Keep it elsewhere.")

        @Option(help: "payment, billing or ledger.")
        var service = "ledger"

        @OptionGroup var access: ServiceAccess

        func run() async throws {
            try await reporting { terminal in
                let answer = try await access.client(service).read("/v1/audit/checkpoint")
                let note = answer.body["note"].string ?? ""
                terminal.show(
                    answer, asJSON: access.json,
                    note.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                        .map(String.init))
            }
        }
    }
}
