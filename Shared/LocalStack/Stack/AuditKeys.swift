import Audit
import FoundationEssentials

/// The keys that the services of a stack sign their audit trails with.
struct AuditKeys: Sendable {
    let folder: String
    let secrets: Secrets

    /// Writes both halves, `NAME.key` and `NAME.pub`; gives the path of the secret one. Throws
    /// `LocalStackError`, `AuditError`.
    func write(for service: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let seed = secrets.seed(for: "audit-\(service)")
        let key = try AuditSigningKey(name: Checkpoint.origin(of: service), seed: seed)
        let path = "\(folder)/\(service).key"
        try PrivateFile.write(seed + "\n", to: path)
        try Data("\(key.publicKey)\n".utf8).write(to: URL(filePath: "\(folder)/\(service).pub"))
        return path
    }
}
