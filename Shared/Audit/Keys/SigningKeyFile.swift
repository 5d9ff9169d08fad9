import FoundationEssentials
import Glibc

/// The file of a key that signs checkpoints: its seed in base64, for its owner's eyes only.
public struct SigningKeyFile: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// Writes a new file. Throws `AuditError` if it cannot, or if there is one already: whoever
    /// overwrites a key can never go on with its log.
    public func create(seed: String = AuditSigningKey.makeSeed()) throws(AuditError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "it is there already" : String(cString: strerror(errno))
            throw AuditError("cannot make \(path): \(reason)")
        }
        let bytes = Array("\(seed)\n".utf8)
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
        let isKept = isWritten && fsync(descriptor) == 0
        let reason = String(cString: strerror(errno))
        close(descriptor)
        guard isKept else {
            unlink(path)
            throw AuditError("cannot write \(path): \(reason)")
        }
    }

    /// The seed in it. Throws `AuditError` if it cannot be used, or if others than its owner may
    /// read it.
    public func seed() throws(AuditError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw AuditError("cannot read \(path)") }
        guard status.st_mode & 0o077 == 0 else {
            throw AuditError("others than its owner may read \(path): chmod 600")
        }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw AuditError("cannot read \(path)")
        }
        let seed = String(text.prefix { !$0.isWhitespace })
        do {
            _ = try AuditSigningKey(name: "any", seed: seed)
        } catch {
            throw AuditError("\(path): \(error)")
        }
        return seed
    }

    /// The key, as a service signs with it. Throws as `seed` does.
    public func key(of service: String) throws(AuditError) -> AuditSigningKey {
        try AuditSigningKey(name: Checkpoint.origin(of: service), seed: try seed())
    }
}
