import Audit
import FoundationEssentials
public import LocalStack

/// The seals of a running stack: are its rows what was signed, and does each log go on from where
/// it was when they were verified before?
public struct StackSeals: Sendable {
    private let stack: StackEnvironment
    private let binaries: String

    /// - Parameter binaries: where the services' programs lie.
    public init(_ stack: StackEnvironment, binaries: String) {
        self.stack = stack
        self.binaries = binaries
    }

    /// What is wrong, as the verifier says it. Throws `AuditError`, `LocalStackError`.
    public func findings() async throws -> Findings {
        let findings = try await reports().flatMap { name, report in
            report.findings.map { found in
                Finding(
                    check: "audit-\(found.fault.rawValue)", invariant: 4, database: name,
                    subject: found.subject, what: found.what)
            }
        }
        return Findings(findings: findings, checks: Stack.services.count, payments: 0)
    }

    /// What is wrong, by service. Throws `AuditError`, `LocalStackError`.
    func reports() async throws -> [(name: String, report: AuditReport)] {
        var reports: [(name: String, report: AuditReport)] = []
        for name in Stack.services { reports.append((name, try await verify(name))) }
        return reports
    }

    private func verify(_ name: String) async throws -> AuditReport {
        let files = try AuditKeys(folder: stack.auditKeys).publicKeys(of: name)
        let keys = try AuditFiles.keyring(files)
        let file = "\(stack.auditKeys)/\(name).checkpoint"
        let kept =
            FileManager.default.fileExists(atPath: file)
            ? [try AuditFiles.checkpoint(file, keys)] : []
        return try await TemporaryFolder.with { path in
            let service = SealedService(name, of: stack, binaries: binaries)
            try await service.export(to: path)
            let report = try ExportVerification(keys: keys, earlier: kept).verify(
                ExportFolder(path))
            if report.isSound, let note = report.lastNote {
                // Half a checkpoint could not be compared with: every later verification would fail.
                try Data(note.utf8).write(to: URL(filePath: file), options: .atomic)
            }
            return report
        }
    }
}
