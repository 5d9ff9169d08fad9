import Audit
import Postgres

/// What is asked of the roots of a log's subtrees.
enum SubtreeQueries {
    /// $1 levels, $2 indices, $3 roots.
    static let insert = Statement(
        """
        INSERT INTO audit_subtree (level, index, root)
        SELECT level, index, root
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS subtree (level, index, root)
        """)

    /// $1 level, $2 from this index on, $3 below this one.
    static let roots = Statement(
        """
        SELECT index, root FROM audit_subtree
        WHERE level = $1::bigint AND index >= $2 AND index < $3 ORDER BY index
        """)

    /// Those that nobody has written down. $1 level, $2 from this index on, $3 below this one,
    /// $4 limit.
    static let missing = Statement(
        """
        SELECT wanted.index
        FROM generate_series($2::bigint, $3::bigint - 1) AS wanted (index)
        WHERE NOT EXISTS (
            SELECT FROM audit_subtree AS kept
            WHERE kept.level = $1::bigint AND kept.index = wanted.index)
        ORDER BY wanted.index LIMIT $4
        """)

    /// Whether nobody else writes down missing ones until this transaction ends.
    static let lead = Statement("SELECT pg_try_advisory_xact_lock(4242115270948512052)")
}

extension Transaction {
    /// Queues the rows. Throws `PostgresError`.
    borrowing func insert(_ subtrees: [Subtree]) throws(PostgresError) {
        guard !subtrees.isEmpty else { return }
        try execute(
            SubtreeQueries.insert, subtrees.map(\.level), subtrees.map(\.index),
            subtrees.map(\.root.bytes))
    }
}
