import Audit
import FoundationEssentials
import Glibc

/// The file that holds the key which signs checkpoints.
enum AuditKeyFile {
    /// The seed in the file, in base64. Throws `HostError` if it cannot be used, or if others
    /// than its owner may read it.
    static func seed(_ path: String) throws(HostError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw HostError(.configuration, "AUDIT_SIGNING_KEY_FILE: cannot read \(path)")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw HostError(
                .configuration,
                "AUDIT_SIGNING_KEY_FILE: others than its owner may read \(path): chmod 600")
        }
        let seed: String
        do {
            seed = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw HostError(.configuration, "AUDIT_SIGNING_KEY_FILE: cannot read \(path)")
        }
        let text = String(seed.prefix { !$0.isWhitespace })
        do {
            _ = try AuditSigningKey(name: "any", seed: text)
        } catch {
            throw HostError(.configuration, "AUDIT_SIGNING_KEY_FILE: \(path): \(error)")
        }
        return text
    }
}
