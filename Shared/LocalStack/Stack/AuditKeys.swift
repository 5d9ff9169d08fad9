import Audit
import FoundationEssentials

/// The keys that the services of a stack sign their audit trails with: of each, `NAME.key` and
/// `NAME.pub`.
struct AuditKeys: Sendable {
    let folder: String

    /// Makes a service's key if it has none, and writes its public half; gives the path of the
    /// secret one. Throws `LocalStackError`, `AuditError`.
    func prepare(_ service: String, _ secrets: Secrets) throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let file = SigningKeyFile("\(folder)/\(service).key")
        if !FileManager.default.fileExists(atPath: file.path) {
            try file.create(seed: secrets.seed(for: "audit-\(service)"))
        }
        try Data("\(file.key(of: service).publicKey)\n".utf8).write(
            to: URL(filePath: publicKey(of: service)), options: .atomic)
        return file.path
    }

    private func publicKey(of service: String) -> String { "\(folder)/\(service).pub" }
}
