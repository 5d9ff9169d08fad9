import Audit
public import FoundationEssentials
import Logging
import Postgres

extension Host {
    /// What one can have of a service's sealed log, from the database at `DATABASE_URL`:
    ///
    /// - `export FOLDER`: all of it, for `farthing audit verify`;
    /// - `prove ID FILE`: that a row is in it;
    /// - `extend NOTE FILE`: that it goes on from the checkpoint in that file.
    ///
    /// - Parameter kinds: what the service seals beside its audit trail.
    ///
    /// Throws `HostError`, `AuditError`, `PostgresError`.
    public static func audit(
        _ service: String, sealing kinds: [SealedKind] = [], _ words: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        let url = try Environment(environment).required("DATABASE_URL")
        let database = try Database(
            auditReading(url), logger: Logger(label: "audit") { _ in SwiftLogNoOpLogHandler() })
        let kinds = [AuditTrail.sealedKind] + kinds
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await audit(service, kinds, words, database))
        } catch {
            outcome = .failure(error)
        }
        await database.close()
        try outcome.get()
    }

    private static func audit(
        _ service: String, _ kinds: [SealedKind], _ words: [String], _ database: Database
    ) async throws {
        let prover = AuditProver(kinds: kinds, database: database)
        switch (words.first, words.count) {
        case ("export", 2):
            let export = AuditExport(
                service: service, kinds: kinds, folder: ExportFolder(words[1]))
            _ = try await export.write(from: database)
        case ("prove", 3):
            try JSONFile.write(try await prover.inclusion(of: words[1]), to: words[2])
        case ("extend", 3):
            let older = try String(contentsOfFile: words[1], encoding: .utf8)
            try JSONFile.write(try await prover.consistency(with: older), to: words[2])
        default:
            throw HostError(.misuse, "audit export FOLDER | prove ID FILE | extend NOTE FILE")
        }
    }

    /// Whole tables are read.
    private static func auditReading(_ url: String) -> Database.Configuration {
        Database.Configuration(
            url: url, connections: 1, statementTimeout: .seconds(1800),
            idleInTransactionTimeout: .seconds(600), replyTimeout: .seconds(1830),
            applicationName: "farthing audit")
    }
}
