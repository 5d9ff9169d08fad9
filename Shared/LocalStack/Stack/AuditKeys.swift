import Audit
import FoundationEssentials

/// The keys that the services of a stack sign their audit trails with, below `audit/`.
public struct AuditKeys: Sendable {
    private let folder: String
    private let secrets: Secrets

    init(directory: String, secrets: Secrets) {
        folder = "\(directory)/audit"
        self.secrets = secrets
    }

    /// Where the public key of a service lies, below the stack's directory.
    public static func publicKey(of service: String, in directory: String) -> String {
        "\(directory)/audit/\(service).pub"
    }

    /// Writes both halves; gives the path of the secret one. Throws `LocalStackError`,
    /// `AuditError`.
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
