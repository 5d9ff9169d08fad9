import FoundationEssentials

extension TrustedKey {
    /// Reads the file of a public key. Throws `AuditError` that names it.
    public init(file path: String) throws(AuditError) {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw AuditError("cannot read \(path)")
        }
        do {
            try self.init(text)
        } catch {
            throw AuditError("\(path): \(error)")
        }
    }
}
