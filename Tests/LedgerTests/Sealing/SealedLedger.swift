import Audit
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

/// A ledger with a few sealed transfers, what a superuser does to it, and what is found then.
struct SealedLedger {
    let fixture: LedgerFixture
    var key: AuditSigningKey
    /// The public halves that the service is told of besides.
    var retired: [TrustedKey] = []
    /// What the service's process remembers; a new one is a process that was started again.
    var progress = SealingProgress()

    static let kinds = [AuditTrail.sealedKind] + LedgerSealing.kinds

    /// Six transfers in three rounds of sealing.
    static func with(_ body: (SealedLedger) async throws -> Void) async throws {
        try await LedgerFixture.with { fixture in
            let ledger = SealedLedger(
                fixture: fixture,
                key: try makeKey())
            let bank = try await fixture.open(.asset)
            let wallet = try await fixture.open()
            for amount in 1...6 {
                try await fixture.transfer(
                    (.debit, bank, Int64(amount)), (.credit, wallet, Int64(amount)))
                if amount % 2 == 0 { try await ledger.seal() }
            }
            try await body(ledger)
        }
    }

    static func makeKey() throws -> AuditSigningKey {
        try AuditSigningKey(name: "farthing/ledger", seed: AuditSigningKey.makeSeed())
    }

    /// The same, once the service was started again, with this key.
    func restarted(with key: AuditSigningKey, retired: [TrustedKey] = []) -> SealedLedger {
        SealedLedger(fixture: fixture, key: key, retired: retired)
    }

    /// Seals all that is written. Throws `AuditError` as soon as the sealer refuses to go on.
    func seal(batch: Int = 2_000) async throws {
        var sealer = AuditSealer(
            database: fixture.database, kinds: Self.kinds,
            keys: try SealingKeys(key, retired: retired), progress: progress)
        sealer.batch = batch
        let rows =
            try await count("SELECT count(*) FROM audit") + count("SELECT count(*) FROM transfer")
        // Transactions of other tests' databases hold the horizon back for a moment.
        var refusal: AuditError?
        try await eventually("everything is sealed") {
            do {
                try await sealer.run()
            } catch let error as AuditError {
                refusal = error
                return true
            }
            return try await count("SELECT count(*) FROM audit_leaf") >= rows
        }
        if let refusal { throw refusal }
    }

    /// What a superuser can do whom no trigger stops.
    func tamper(_ sql: String) async throws {
        try await asSuperuser("SET session_replication_role = replica; " + sql)
    }

    func asSuperuser(_ sql: String) async throws {
        let connection = try Connection(url: fixture.testDatabase.superuserURL)
        try connection.execute(sql)
    }

    /// The last checkpoint, as somebody would keep it elsewhere.
    func checkpoint() async throws -> Checkpoint {
        try Checkpoint(try await note(), signedBy: key.publicKey)
    }

    /// The same, as it was signed.
    func note() async throws -> SignedNote {
        let connection = try Connection(url: fixture.testDatabase.superuserURL)
        return try SignedNote(
            connection.query(
                "SELECT note FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1")[0].read(0))
    }

    func count(_ sql: String) async throws -> Int {
        try Connection(url: fixture.testDatabase.superuserURL).query(sql)[0].read(0)
    }

    /// Exports as the owner, and verifies without the database: with the service's keys, or others.
    func verify(earlier: [Checkpoint] = [], with keys: [TrustedKey]? = nil) async throws
        -> AuditReport
    {
        try await withFolder { folder in
            let database = try Database(
                .init(url: fixture.testDatabase.ownerURL, connections: 1), logger: .quiet)
            var export = AuditExport(service: "ledger", kinds: Self.kinds, folder: folder)
            export.batch = 5
            _ = try await export.write(from: database)
            await database.close()
            let keys = try Keyring(keys ?? [TrustedKey(key.publicKey)] + retired)
            var verification = ExportVerification(keys: keys, earlier: earlier)
            // A machine that does other things besides takes its time between a row and this.
            verification.longestWait = verification.longestTransaction
            return try verification.verify(folder)
        }
    }

    private func withFolder<Value>(
        _ body: (ExportFolder) async throws -> Value
    ) async throws -> Value {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "farthing-sealed-\(UInt64.random(in: 0...UInt64.max))"
        ).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(ExportFolder(path))
    }
}
