import ArgumentParser
import Audit
import LocalStack

extension AuditCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Finds whatever was changed since it was sealed.",
            discussion: """
                With the folder of an export and a key, needs neither database nor stack. Without \
                a folder, exports and verifies what the local stack's services have sealed, and \
                keeps their checkpoints for the next time.
                Exits with 0 if nothing is wrong, with 1 and one line for each thing that is, and \
                with 2 if it could not look.
                """)

        @Argument(help: "The folder of an export.")
        var folder: String?

        @Option(help: "A file with a public key of the service; again for each that signed before.")
        var key: [String] = []

        @Option(help: "A file with a checkpoint that was kept: the log must go on from it.")
        var checkpoint: [String] = []

        func run() async throws {
            let terminal = Terminal()
            var isSound = true
            do {
                for (name, report) in try await reports() {
                    for line in Self.lines(of: report, name) { terminal.line(line) }
                    isSound = isSound && report.isSound
                }
            } catch {
                terminal.error("farthing: cannot verify: \(error)")
                throw ExitCode(2)
            }
            if !isSound { throw ExitCode(1) }
        }

        private func reports() async throws -> [(name: String, report: AuditReport)] {
            guard let folder else {
                guard key.isEmpty, checkpoint.isEmpty else {
                    throw OperatorError("--key and --checkpoint go with the folder of an export")
                }
                let stack = try StackEnvironment(file: StackFolder.nearest().environmentFile)
                return try await StackSeals(stack, binaries: StackOptions.ownDirectory).reports()
            }
            guard !key.isEmpty else { throw OperatorError("--key is missing") }
            let keys = try AuditFiles.keyring(key)
            let kept = try checkpoint.map { try AuditFiles.checkpoint($0, keys) }
            let verification = ExportVerification(keys: keys, earlier: kept)
            return [(keys.name, try verification.verify(ExportFolder(folder)))]
        }

        static func lines(of report: AuditReport, _ name: String) -> [String] {
            let signers = report.signers.count > 1 ? report.signers.map(line) : []
            if report.isSound {
                let waiting = report.waiting > 0 ? ", \(report.waiting) wait to be sealed" : ""
                return [
                    "\(name): nothing wrong: \(report.leaves) leaves, \(report.checkpoints) "
                        + "checkpoints\(waiting)."
                ] + signers
            }
            let more = report.more > 0 ? ["\(name): and \(report.more) more"] : []
            return report.findings.map { "\(name): \($0)" } + more + signers
        }

        private static func line(_ signer: AuditReport.Signer) -> String {
            "\(signer.key) signed \(signer.checkpoints) checkpoints, of \(signer.first) to "
                + "\(signer.last) leaves."
        }
    }
}
