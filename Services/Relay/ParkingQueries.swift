import Postgres

/// The SQL of `outbox_parked`. $1 is the slot everywhere.
enum ParkingQueries {
    static let park = Statement(
        """
        INSERT INTO outbox_parked (slot, id, topic, key, type, payload, headers, created_at,
                                   position, reason, detail)
        SELECT $1, id, topic, key, type, payload, headers,
               '2000-01-01 00:00Z'::timestamptz + created * interval '1 us', position, reason,
               detail
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[],
                    $8::bigint[], $9::bigint[], $10::text[], $11::text[])
            WITH ORDINALITY
            AS parked (id, topic, key, type, payload, headers, created, position, reason, detail,
                       ordinal)
        ORDER BY ordinal
        ON CONFLICT (slot, id) DO UPDATE
            SET released = false, reason = excluded.reason, detail = excluded.detail
            WHERE outbox_parked.released
        """)

    /// Changes whenever an operator releases or discards a row that others stand behind.
    static let fingerprint = Statement(
        """
        SELECT count(*), count(*) FILTER (WHERE released), coalesce(max(number), 0)
        FROM outbox_parked WHERE slot = $1 AND reason <> 'behind'
        """)

    static let topicsAtFault = Statement(
        """
        SELECT DISTINCT topic FROM outbox_parked
        WHERE slot = $1 AND reason LIKE 'topic-%' AND NOT released
        """)

    /// Beside those of topics that are at fault.
    static let heldKeys = Statement(
        """
        SELECT DISTINCT topic, key FROM outbox_parked AS parked
        WHERE slot = $1 AND key IS NOT NULL AND NOT EXISTS (
            SELECT FROM outbox_parked AS fault
            WHERE fault.slot = $1 AND fault.topic = parked.topic
              AND fault.reason LIKE 'topic-%' AND NOT fault.released)
        """)

    static let count = Statement("SELECT count(*) FROM outbox_parked WHERE slot = $1")

    /// Releases what stands behind nothing any more.
    static let releaseBehind = Statement(
        """
        UPDATE outbox_parked AS parked SET released = true
        WHERE slot = $1 AND NOT released AND reason = 'behind' AND NOT EXISTS (
            SELECT FROM outbox_parked AS fault
            WHERE fault.slot = $1 AND fault.topic = parked.topic AND NOT fault.released
              AND fault.reason <> 'behind'
              AND (fault.key = parked.key OR fault.reason LIKE 'topic-%'))
        """)

    /// The next rows to be published; none of a topic that is at fault, nor of a key before which a
    /// row of it was parked again: those that were released with it wait for it once more.
    static let released = Statement(
        """
        SELECT id, topic, key, type, payload, headers,
               (extract(epoch FROM created_at) * 1000000)::bigint - 946684800000000, position
        FROM outbox_parked AS parked
        WHERE slot = $1 AND released AND NOT EXISTS (
            SELECT FROM outbox_parked AS fault
            WHERE fault.slot = $1 AND fault.topic = parked.topic
              AND fault.reason LIKE 'topic-%' AND NOT fault.released)
          AND NOT EXISTS (
            SELECT FROM outbox_parked AS fault
            WHERE fault.slot = $1 AND fault.topic = parked.topic AND fault.key = parked.key
              AND fault.reason <> 'behind' AND NOT fault.released
              AND fault.number < parked.number)
        ORDER BY number LIMIT 500
        """)

    /// $2 the ids of rows that were published, unless they were parked again.
    static let remove = Statement(
        """
        DELETE FROM outbox_parked WHERE slot = $1 AND id = ANY ($2::text[]) AND released
        """)

    /// What an operator is shown: each row that is itself at fault, and how many are behind it.
    static let list = Statement(
        """
        SELECT id, topic, key, reason, detail, parked_at, released,
               (SELECT count(*) FROM outbox_parked AS other
                 WHERE other.slot = $1 AND other.reason = 'behind' AND other.topic = parked.topic
                   AND (other.key = parked.key OR parked.reason LIKE 'topic-%'))
        FROM outbox_parked AS parked
        WHERE slot = $1 AND reason <> 'behind'
        ORDER BY number LIMIT 1000
        """)

    /// $2 topic, $3 key; NULL for any.
    static let release = Statement(
        """
        UPDATE outbox_parked SET released = true
        WHERE slot = $1 AND reason <> 'behind' AND NOT released
          AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR key = $3)
        """)

    /// $2 id.
    static let discard = Statement(
        """
        DELETE FROM outbox_parked WHERE slot = $1 AND id = $2
        RETURNING topic, key, type, payload
        """)
}
