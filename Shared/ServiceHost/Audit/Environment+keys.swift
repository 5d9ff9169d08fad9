import Audit

extension Environment {
    /// The seed that checkpoints are signed with. Throws `HostError` if it cannot be used, or if
    /// there has to be one and is none.
    func auditKey() throws(HostError) -> String? {
        let signing = text("AUDIT_SIGNING") ?? "optional"
        guard ["required", "optional"].contains(signing) else {
            throw HostError(
                .configuration, "AUDIT_SIGNING: '\(signing)' is neither required nor optional")
        }
        if let path = text("AUDIT_SIGNING_KEY_FILE") {
            do {
                return try SigningKeyFile(path).seed()
            } catch {
                throw HostError(.configuration, "AUDIT_SIGNING_KEY_FILE: \(error)")
            }
        }
        guard signing == "optional" else {
            throw HostError(
                .configuration, "AUDIT_SIGNING_KEY_FILE is not set, and signing is required")
        }
        return nil
    }

    /// The keys that signed before. Throws `HostError` for one that cannot be used.
    func retiredAuditKeys() throws(HostError) -> [TrustedKey] {
        var keys: [TrustedKey] = []
        for path in text("AUDIT_RETIRED_KEY_FILES")?.split(separator: ",") ?? [] {
            do {
                keys.append(try TrustedKey(file: String(path)))
            } catch {
                throw HostError(.configuration, "AUDIT_RETIRED_KEY_FILES: \(error)")
            }
        }
        return keys
    }
}
