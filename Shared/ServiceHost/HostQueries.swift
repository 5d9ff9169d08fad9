import Postgres

/// Every statement that the host sends.
enum HostQueries {
    // MARK: Idempotency keys

    /// How long this transaction waits for a lock. $1 time, with its unit.
    static let limitWaiting = Statement("SELECT set_config('lock_timeout', $1, true)")

    /// Tries to take the key for this transaction and reads what is known of it, in one round
    /// trip. $1 tenant, $2 operation, $3 key.
    ///
    /// The snapshot is taken before the lock, so a row committed in between is not seen: its
    /// primary key then stops the second insert.
    static let admitKey = Statement(
        """
        SELECT pg_try_advisory_xact_lock(
                   hashtextextended(concat_ws(chr(31), $1::text, $2::text, $3::text), 0)),
               k.request_hash, k.resource, k.status, k.location, k.body
        FROM (SELECT) AS one
        LEFT JOIN idempotency_key AS k ON (k.tenant, k.operation, k.key) = ($1, $2, $3)
        """)

    /// $1 tenant, $2 operation, $3 key, $4 request hash, $5 resource, $6 status, $7 location,
    /// $8 body.
    static let insertKey = Statement(
        """
        INSERT INTO idempotency_key
            (tenant, operation, key, request_hash, resource, status, location, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """)

    /// `admitKey` for several requests of one operation. $1 operation, $2 tenants, $3 keys.
    static let admitKeys = Statement(
        """
        SELECT pg_try_advisory_xact_lock(hashtextextended(
                   concat_ws(chr(31), asked.tenant, $1::text, asked.key), 0)),
               k.request_hash, k.status, k.location, k.body, k.resource
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked (tenant, key, place)
        LEFT JOIN LATERAL (
            SELECT request_hash, status, location, body, resource
            FROM idempotency_key
            WHERE (tenant, operation, key) = (asked.tenant, $1, asked.key)
            LIMIT 1) AS k ON true
        ORDER BY place
        """)

    /// $1 operation, $2 tenants, $3 keys, $4 request hashes, $5 resources, $6 statuses,
    /// $7 locations, $8 bodies.
    static let insertKeys = Statement(
        """
        INSERT INTO idempotency_key
            (operation, tenant, key, request_hash, resource, status, location, body)
        SELECT $1, answered.*
        FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::smallint[], $7::text[],
                    $8::bytea[])
            AS answered
        """)

    /// Fills answers in, each once, and tells which of them. $1 tenants, $2 operations, $3 keys,
    /// $4 statuses, $5 locations, $6 bodies.
    static let answerKeys = Statement(
        """
        UPDATE idempotency_key AS pending
        SET status = answered.status, location = answered.location, body = answered.body
        FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::bytea[])
            WITH ORDINALITY
            AS answered (tenant, operation, key, status, location, body, place)
        WHERE (pending.tenant, pending.operation, pending.key)
            = (answered.tenant, answered.operation, answered.key) AND pending.status IS NULL
        RETURNING answered.place
        """)

    /// $1 tenant, $2 operation, $3 key.
    static let readKey = Statement(
        """
        SELECT status, location, body FROM idempotency_key
        WHERE (tenant, operation, key) = ($1, $2, $3) AND status IS NOT NULL
        """)

    /// Removes some expired keys. $1 age in seconds, $2 limit.
    static let sweepKeys = Statement(
        """
        DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_key
            WHERE created_at < clock_timestamp() - make_interval(secs => $1::bigint)
            ORDER BY created_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED))
        """)

    // MARK: Consumers

    /// Which of these keys wait for an operator. $1 topic, $2 the keys' names (`ParkedKey`).
    ///
    /// Locked, so that a key is not freed while a message of it is being parked: it would stay
    /// behind.
    static let parkedKeys = Statement(
        """
        SELECT key FROM parked_key WHERE topic = $1 AND key = ANY ($2::text[]) ORDER BY key
        FOR SHARE
        """)

    /// $1 topic, $2 the key's name, $3 reason.
    static let parkKey = Statement(
        """
        INSERT INTO parked_key (topic, key, reason) VALUES ($1, $2, $3)
        ON CONFLICT (topic, key) DO NOTHING
        """)

    /// $1 topic, $2 partition, $3 offset, $4 key, $5 headers, $6 payload, $7 kind, $8 reason.
    static let insertDeadLetter = Statement(
        """
        INSERT INTO dead_letters (topic, partition, "offset", key, headers, payload, kind, reason)
        VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
        ON CONFLICT (topic, partition, "offset", digest) DO NOTHING
        """)

    // MARK: Audit

    /// $1 tenants, $2 actors, $3 actions, $4 subjects, $5 request ids, $6 details.
    static let appendAudit = Statement(
        """
        INSERT INTO audit (tenant, actor, action, subject, request_id, detail)
        SELECT tenant, actor, action, subject, request_id, detail::jsonb
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            WITH ORDINALITY AS row (tenant, actor, action, subject, request_id, detail, place)
        ORDER BY place
        """)

    // MARK: Health

    static let ping = Statement("SELECT 1::bigint")
}
