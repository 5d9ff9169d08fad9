import Audit
import Contracts
import Metrics
import Postgres

/// Seals what was written down, a moment later and off everybody's way: adds leaves to the tree
/// and signs a checkpoint, in one transaction of its own.
///
/// Each of a service's processes tries; an advisory lock lets one at a time seal. Two that seal
/// the same all the same, because one was cut off, meet in the leaves' primary key.
///
/// It goes on only from what it knows to be signed: from a checkpoint whose signature, by its own
/// key or by one that it had before, covers it, and from no shorter or other log than it has seen
/// itself since its process began.
struct AuditSealer: Sendable {
    let database: Database
    let kinds: [SealedKind]
    let keys: SealingKeys
    let progress: SealingProgress
    /// Rows of one transaction.
    var batch = 2_000

    /// What one transaction came to.
    struct Round: Sendable {
        var leaves = 0
        /// The log as it is sealed then, and the time up to which everything is.
        var log: SealedLog
        var sealedUntil: Int64
        var now: Int64
        /// Whether there is more that could be sealed at once.
        var isFull = false
    }

    /// Seals until nothing is left that could be. Throws `PostgresError` and `AuditError`.
    func run() async throws {
        var round: Round
        repeat {
            round = try await database.transaction { tx in try seal(in: tx) }
            progress.note(round)
            if round.leaves > 0 { Counter(label: "audit_leaves_total").increment(by: round.leaves) }
        } while round.isFull && !Task.isCancelled
    }

    private func seal(in tx: borrowing Transaction) throws -> Round {
        try tx.execute(SealingQueries.byIndex)
        let leads = try tx.query(SealingQueries.lead)[0].read(0, as: Bool.self)
        let head = try SealingHead.load(tx)
        let log = try head.log(signedBy: keys)
        try progress.check(log)
        let cursors = try head.cursors()
        // These see everything that was committed below the horizon: they come after it.
        var choice = SealingChoice(horizon: head.horizon)
        for kind in kinds {
            let rows = try kind.rows(after: cursors[kind.name] ?? kind.start, limit: batch, tx)
            choice.add(rows, of: kind, isAll: rows.count < batch)
        }
        let rows = choice.rows
        var round = Round(
            log: log, sealedUntil: choice.oldestLeft ?? head.now, now: head.now)
        guard leads, let last = rows.last else {
            for waiting in rows { round.sealedUntil = min(round.sealedUntil, waiting.row.at) }
            return round
        }
        round.log = try append(rows, to: log, cursors, at: head.now, in: tx)
        round.leaves = rows.count
        if choice.isFull {
            round.isFull = true
            round.sealedUntil = min(round.sealedUntil, last.row.at)
        }
        return round
    }

    /// Writes leaves, subtrees and checkpoint; gives the log with them. Throws `PostgresError`,
    /// `AuditError`.
    private func append(
        _ rows: [SealingChoice.Chosen], to sealed: SealedLog,
        _ places: [String: SealableRow.Place], at now: Int64, in tx: borrowing Transaction
    ) throws -> SealedLog {
        let contents = try leaves(of: rows, in: tx)
        var log = sealed
        var cursors = places
        var hashes: [[UInt8]] = []
        var chain: [[UInt8]] = []
        var subtrees: [Subtree] = []
        for chosen in rows {
            guard let leaf = contents[chosen.kind.name]?[chosen.row.place.key] else {
                throw AuditError("\(chosen.row.place.key) is gone before it was sealed")
            }
            let hash = leaf.hash
            subtrees += log.append(hash)
            hashes.append(hash.bytes)
            chain.append(log.chain.bytes)
            cursors[chosen.kind.name] = chosen.row.place
        }
        let checkpoint = Checkpoint(origin: keys.signing.publicKey.name, log: log, time: now)
        try tx.execute(
            SealingQueries.insertLeaves, sealed.tree.size, rows.map(\.kind.name),
            rows.map(\.row.place.key), hashes, chain)
        try tx.insert(subtrees)
        try tx.execute(
            SealingQueries.insertCheckpoint, checkpoint.size, checkpoint.root.bytes,
            checkpoint.chain.bytes, checkpoint.time,
            try checkpoint.signed(by: keys.signing).description,
            log.tree.bytes, try SealingHead.Cursors.write(cursors))
        return log
    }

    /// What the rows say, by kind and key.
    private func leaves(
        of rows: [SealingChoice.Chosen], in tx: borrowing Transaction
    ) throws -> [String: [String: AuditLeaf]] {
        var leaves: [String: [String: AuditLeaf]] = [:]
        for kind in kinds {
            let keys = rows.filter { $0.kind.name == kind.name }.map(\.row.place.key)
            if !keys.isEmpty { leaves[kind.name] = try kind.leaves(keys, tx) }
        }
        return leaves
    }
}

extension SealedKind {
    /// What rows say now, by key; without those that are gone. Throws `PostgresError`.
    func leaves(_ keys: [String], _ tx: borrowing Transaction) throws -> [String: AuditLeaf] {
        var leaves: [String: AuditLeaf] = [:]
        leaves.reserveCapacity(keys.count)
        for row in try tx.query(contents, keys) {
            let key: String = try row.read(0)
            leaves[key] = AuditLeaf(
                kind: name, key: key, at: try row.read(1), content: try row.read(2))
        }
        return leaves
    }
}
