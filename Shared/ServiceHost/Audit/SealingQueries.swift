import Postgres

/// What the sealer and the export ask of every database.
enum SealingQueries {
    /// Whether nobody else seals until this transaction ends.
    static let lead = Statement("SELECT pg_try_advisory_xact_lock(4242115270948512051)")

    /// Rows are looked up one by one. Of tables that have grown since they were last analyzed the
    /// planner expects hundreds of rows for each key, and would rather gather and sort them.
    static let byIndex = Statement(
        """
        SELECT set_config('enable_seqscan', 'off', true),
               set_config('enable_bitmapscan', 'off', true)
        """)

    /// Where sealing stands: below which transaction all have ended, the next transaction, the
    /// database's clock in microseconds, and the last checkpoint if there is one.
    static let head = Statement(
        """
        SELECT pg_snapshot_xmin(now.snapshot), pg_snapshot_xmax(now.snapshot), now.micros,
               last.tree_size, last.chain, last.frontier, last.cursors::text, last.note
        FROM (
            SELECT pg_current_snapshot() AS snapshot,
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros) AS now
        LEFT JOIN (
            SELECT * FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1) AS last ON true
        """)

    /// $1 index of the first, $2 kinds, $3 keys, $4 hashes, $5 chain.
    static let insertLeaves = Statement(
        """
        INSERT INTO audit_leaf (index, kind, row_key, leaf_hash, chain_hash)
        SELECT $1 + place - 1, kind, row_key, leaf_hash, chain_hash
        FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[])
            WITH ORDINALITY AS leaf (kind, row_key, leaf_hash, chain_hash, place)
        """)

    /// $1 size, $2 root, $3 chain, $4 time in microseconds, $5 note, $6 frontier, $7 cursors.
    static let insertCheckpoint = Statement(
        """
        INSERT INTO audit_checkpoint (tree_size, root, chain, at, note, frontier, cursors)
        VALUES ($1, $2, $3, timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5, $6,
                $7::jsonb)
        """)

    /// $1 xid, $2 key, $3 limit.
    static let followingAudit = Statement(
        """
        SELECT xid, 'aud_' || id, (extract(epoch FROM at) * 1000000)::bigint
        FROM audit
        WHERE (xid, id) > ($1::text::xid8, substr($2::text, 5)::bigint)
        ORDER BY xid, id
        LIMIT $3
        """)

    /// JSON as `json_build_object` would put it together, which takes twice as long. $1 keys.
    static let auditContents = Statement(
        """
        SELECT 'aud_' || id, (extract(epoch FROM at) * 1000000)::bigint,
               concat('{"tenant" : ', to_json(tenant), ', "actor" : ', to_json(actor),
                      ', "action" : ', to_json(action), ', "subject" : ', to_json(subject),
                      ', "request_id" : ', coalesce(to_json(request_id)::text, 'null'),
                      ', "detail" : ', detail, ', "xid" : "', xid, '"}')
        FROM audit
        WHERE id = ANY (ARRAY(SELECT substr(key, 5)::bigint FROM unnest($1::text[]) AS key))
        """)

    // MARK: Reading the log

    /// $1 from this index on, $2 limit.
    static let leaves = Statement(
        """
        SELECT index, kind, row_key, leaf_hash, chain_hash FROM audit_leaf
        WHERE index >= $1 ORDER BY index LIMIT $2
        """)

    /// $1 from this index on, $2 below this one.
    static let leafHashes = Statement(
        """
        SELECT leaf_hash FROM audit_leaf WHERE index >= $1 AND index < $2 ORDER BY index
        """)

    /// $1 kinds, without which the whole index would be read; $2 key.
    static let leaf = Statement(
        """
        SELECT index, kind, leaf_hash FROM audit_leaf
        WHERE kind = ANY ($1::text[]) AND row_key = $2
        """)

    /// Which of these keys have a leaf. $1 kind, $2 keys.
    static let sealedKeys = Statement(
        "SELECT row_key FROM audit_leaf WHERE kind = $1 AND row_key = ANY ($2::text[])")

    /// $1 above this size, $2 limit.
    static let checkpoints = Statement(
        """
        SELECT tree_size, note FROM audit_checkpoint WHERE tree_size > $1
        ORDER BY tree_size LIMIT $2
        """)
}
