import Audit
import Logging
import ServiceLifecycle

extension Host {
    /// Nothing is sealed without a key. Throws `HostError` for keys that cannot be used.
    func sealing(_ kinds: [SealedKind]) throws(HostError) -> [any Service] {
        guard let seed = configuration.auditKey else {
            logger.warning("AUDIT_SIGNING_KEY_FILE is not set: the audit trail is not sealed")
            return []
        }
        let keys = try sealingKeys(seed)
        logger.info("the audit trail is sealed", metadata: ["key": "\(keys.signing.publicKey)"])
        let progress = SealingProgress()
        progress.observe()
        let sealer = AuditSealer(database: database, kinds: kinds, keys: keys, progress: progress)
        let filling = SubtreeFilling(database: database, progress: progress)
        return [
            Background(
                name: "audit-sealing", logger: logger, every: .milliseconds(250), body: sealer.run),
            Background(
                name: "audit-subtrees", logger: logger, every: .seconds(1), body: filling.run),
        ]
    }

    private func sealingKeys(_ seed: String) throws(HostError) -> SealingKeys {
        do {
            let key = try AuditSigningKey(name: Checkpoint.origin(of: service), seed: seed)
            return try SealingKeys(key, retired: configuration.retiredAuditKeys)
        } catch {
            throw HostError(.configuration, "AUDIT_RETIRED_KEY_FILES: \(error)")
        }
    }
}
