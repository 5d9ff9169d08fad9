import Audit
import Postgres

/// Compares the roots of subtrees that a sealed log keeps with the leaves below them, in one pass
/// over the leaves: proofs are made of those roots. Whether the leaves are what was signed is for
/// `farthing audit verify`.
enum SubtreeCheck {
    private static let name = "subtrees-are-of-their-leaves"
    /// Leaves that are in memory at a time.
    private static let batch = 20_000

    /// Finds roots that are not those of their leaves. Throws `PostgresError`.
    static func findings(
        in database: String, _ tx: borrowing Transaction
    ) throws -> [Finding] {
        func finding(_ row: Row, _ what: String) throws -> Finding {
            Finding(
                check: name, invariant: 4, database: database,
                subject: "subtree \(try row.read(1, as: Int64.self)) of level "
                    + "\(try row.read(0, as: Int64.self))",
                what: what)
        }
        var findings: [Finding] = []
        var tree = Frontier()
        while let subtrees = try appendLeaves(to: &tree, tx) {
            findings += try tx.query(
                Queries.others, subtrees.map(\.level), subtrees.map(\.index),
                subtrees.map(\.root.bytes)
            ).map { try finding($0, "has a root that is not of its leaves") }
        }
        // After a leaf that is gone, nothing can be compared.
        findings += try tx.query(Queries.beyond, tree.size).map {
            try finding($0, "has a root, but not all of its leaves are there")
        }
        return Array(findings.prefix(1000))
    }

    /// Returns the subtrees that a batch of leaves completes; `nil` after the last leaf, or before
    /// one that is gone.
    private static func appendLeaves(
        to tree: inout Frontier, _ tx: borrowing Transaction
    ) throws -> [Subtree]? {
        let rows = try tx.query(Queries.leaves, tree.size, batch)
        let first = tree.size
        var subtrees: [Subtree] = []
        for row in rows {
            guard try row.read(0) == tree.size,
                let hash = TreeHash(try row.read(1, as: [UInt8].self))
            else { break }
            subtrees += tree.append(hash)
        }
        return tree.size > first ? subtrees : nil
    }

    private enum Queries {
        /// $1 from this index on, $2 limit.
        static let leaves = Statement(
            "SELECT index, leaf_hash FROM audit_leaf WHERE index >= $1 ORDER BY index LIMIT $2")

        /// Kept subtrees with other roots than these. $1 levels, $2 indices, $3 roots.
        static let others = Statement(
            """
            SELECT kept.level, kept.index
            FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS right_one (level, index, root)
            JOIN audit_subtree AS kept
                ON kept.level = right_one.level AND kept.index = right_one.index
            WHERE kept.root <> right_one.root
            """)

        /// Kept subtrees that no log of that size has. $1 size.
        static let beyond = Statement(
            """
            SELECT level, index FROM audit_subtree
            WHERE index >= $1::bigint >> (8 * level)
            ORDER BY level, index LIMIT 1000
            """)
    }
}
