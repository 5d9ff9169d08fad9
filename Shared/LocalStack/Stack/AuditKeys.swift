import Audit
import FoundationEssentials

/// The keys that the services of a stack sign their audit trails with: of each, `NAME.key` and
/// `NAME.pub`, and as `NAME.….pub` those that it signed with before.
public struct AuditKeys: Sendable {
    public let folder: String

    public init(folder: String) { self.folder = folder }

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

    /// The files of a service's public keys, that of the present one first.
    public func publicKeys(of service: String) throws -> [String] {
        try [publicKey(of: service)] + retired(service)
    }

    /// The files of the public keys that a service signed with before.
    func retired(_ service: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasPrefix("\(service).") && $0.hasSuffix(".pub") }
            .map { "\(folder)/\($0)" }.filter { $0 != publicKey(of: service) }
    }

    private func publicKey(of service: String) -> String { "\(folder)/\(service).pub" }
}
