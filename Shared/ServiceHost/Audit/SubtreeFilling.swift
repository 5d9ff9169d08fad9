import Audit
import Postgres
import Synchronization

/// Writes down the roots of subtrees that nobody has: of what was sealed before roots were kept, or
/// since then by a program from before.
///
/// The sealer keeps roots itself; this runs beside it, and asks the database only when the log has
/// grown by a subtree. Each of a service's processes tries; an advisory lock lets one at a time
/// write.
final class SubtreeFilling: Sendable {
    private let database: Database
    private let progress: SealingProgress
    /// Subtrees of one transaction: at 64, 16,384 leaves are read.
    private let batch: Int
    /// How many of each level are known to be there, from the left.
    private let present = Mutex<[Int: Int64]>([:])

    /// - Parameter progress: of the sealer: how large the log is.
    init(database: Database, progress: SealingProgress, batch: Int = 64) {
        self.database = database
        self.progress = progress
        self.batch = batch
    }

    /// Writes down a batch of those that are missing on the lowest level that lacks any. Throws
    /// `AuditError` if leaves are missing, and `PostgresError`.
    func run() async throws {
        for level in 1... {
            let count = Subtree.count(onLevel: level, in: progress.size)
            if count == 0 { return }
            let first = present.withLock { $0[level, default: 0] }
            if first >= count { continue }
            let filled = try await database.transaction { [batch] tx in
                try Self.fill(level, first..<count, batch, tx)
            }
            present.withLock { $0[level] = filled }
            // A level is made of the one below.
            if filled < count { return }
        }
    }

    /// Returns the index up to which all are there.
    private static func fill(
        _ level: Int, _ indices: Range<Int64>, _ batch: Int, _ tx: borrowing Transaction
    ) throws -> Int64 {
        guard try tx.query(SubtreeQueries.lead)[0].read(0, as: Bool.self) else {
            return indices.lowerBound
        }
        let missing = try tx.query(
            SubtreeQueries.missing, level, indices.lowerBound, indices.upperBound, batch
        ).map { try $0.read(0, as: Int64.self) }
        var subtrees: [Subtree] = []
        for index in missing {
            let root = try SealedTree.root(level: level, index: index, tx)
            subtrees.append(Subtree(level: level, index: index, root: root))
        }
        try tx.insert(subtrees)
        return missing.count < batch ? indices.upperBound : (missing.last ?? 0) + 1
    }
}
