import Audit
import Postgres

/// Writes down what is sealed, beside what the tables say now, so that both can be compared
/// without the database.
struct AuditExport: Sendable {
    let service: String
    let kinds: [SealedKind]
    let folder: ExportFolder
    /// Rows that are in memory at a time.
    var batch: Int64 = 5_000

    /// Writes all files, as of one moment. Throws `AuditError`, `PostgresError`.
    func write(from database: Database) async throws -> ExportManifest {
        try folder.create()
        return try await database.read(isolation: .repeatableRead) { tx in
            let head = try SealingHead.load(tx)
            let leaves = try writeLeaves(tx)
            try writeCheckpoints(tx)
            try writeUnsealed(head, tx)
            let manifest = ExportManifest(service: service, exportedAt: head.now, leaves: leaves)
            try JSONFile.write(manifest, to: folder.manifest)
            return manifest
        }
    }

    /// Returns how many there are.
    private func writeLeaves(_ tx: borrowing Transaction) throws -> Int64 {
        let file = try JSONLineWriter(folder.leaves)
        var next: Int64 = 0
        var count: Int64 = 0
        while true {
            let sealed = try tx.query(SealingQueries.leaves, next, batch).map(SealedLeaf.init)
            guard let last = sealed.last else { break }
            let now = try rows(of: sealed, tx)
            for leaf in sealed {
                try file.write(
                    ExportedLeaf(
                        index: leaf.index, kind: leaf.kind, key: leaf.key,
                        now: now[leaf.kind]?[leaf.key], leafHash: leaf.leafHash,
                        chainHash: leaf.chainHash))
            }
            count += Int64(sealed.count)
            next = last.index + 1
        }
        try file.finish()
        return count
    }

    private func rows(
        of leaves: [SealedLeaf], _ tx: borrowing Transaction
    ) throws -> [String: [String: AuditLeaf]] {
        var rows: [String: [String: AuditLeaf]] = [:]
        for kind in kinds {
            let keys = leaves.filter { $0.kind == kind.name }.map(\.key)
            // A key that was tampered with may not even be one: the row is gone, then.
            if !keys.isEmpty {
                rows[kind.name] = try kind.leaves(keys.filter(kind.isKey), tx)
            }
        }
        return rows
    }

    private func writeCheckpoints(_ tx: borrowing Transaction) throws {
        let file = try JSONLineWriter(folder.checkpoints)
        var last: Int64 = 0
        while true {
            let rows = try tx.query(SealingQueries.checkpoints, last, batch)
            guard !rows.isEmpty else { break }
            for row in rows {
                last = try row.read(0)
                try file.write(ExportedCheckpoint(note: try row.read(1)))
            }
        }
        try file.finish()
    }

    /// Goes through all rows, and not only those after the cursors: a row that was put before one
    /// is what this looks for.
    private func writeUnsealed(_ head: SealingHead, _ tx: borrowing Transaction) throws {
        let file = try JSONLineWriter(folder.unsealed)
        for kind in kinds {
            // Where nobody knows how far the sealer has come, it has come everywhere.
            let cursors = head.last.map { SealingHead.Cursors.read($0.cursors) } ?? [:]
            let cursor = cursors.map { $0[kind.name] ?? kind.start } ?? .end
            var place = kind.start
            var isCursorPassed = false
            while true {
                let rows = try kind.rows(after: place, limit: Int(batch), tx)
                guard let last = rows.last else { break }
                let keys = rows.map(\.place.key)
                let sealed = Set(
                    try tx.query(SealingQueries.sealedKeys, kind.name, keys).map {
                        try $0.read(0, as: String.self)
                    })
                for row in rows {
                    isCursorPassed = isCursorPassed || row.place.xid > cursor.xid
                    if !sealed.contains(row.place.key) {
                        try file.write(
                            UnsealedRow(
                                kind: kind.name, key: row.place.key, at: row.at,
                                isPassed: !isCursorPassed))
                    }
                    isCursorPassed = isCursorPassed || row.place == cursor
                }
                place = last.place
            }
        }
        try file.finish()
    }
}

/// A row of `audit_leaf`.
private struct SealedLeaf {
    let index: Int64
    let kind: String
    let key: String
    let leafHash: TreeHash
    let chainHash: TreeHash

    init(_ row: Row) throws {
        index = try row.read(0)
        kind = try row.read(1)
        key = try row.read(2)
        guard let leaf = TreeHash(try row.read(3, as: [UInt8].self)),
            let chain = TreeHash(try row.read(4, as: [UInt8].self))
        else { throw AuditError("leaf \(index) has no hash") }
        leafHash = leaf
        chainHash = chain
    }
}
