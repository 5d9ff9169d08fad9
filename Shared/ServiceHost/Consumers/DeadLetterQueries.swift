import Postgres

/// What operators ask of dead letters. A tenant sees its own, and those that name no tenant
/// because they are no envelopes.
enum DeadLetterQueries {
    /// Unresolved ones, oldest first. $1 tenant, $2 topic, $3 key, $4 above this id, $5 limit.
    static let list = Statement(
        """
        SELECT letter.id, topic, partition, "offset", key, headers::text, payload, kind, reason,
               letter.at, resolution, resolved.at
        FROM dead_letters AS letter
        LEFT JOIN dead_letter_resolution AS resolved ON resolved.dead_letter = letter.id
        WHERE coalesce(headers ->> 'ce_tenant', $1) = $1
          AND ($2::text IS NULL OR topic = $2)
          AND ($3::text IS NULL OR key = convert_to($3, 'UTF8'))
          AND letter.id > $4 AND resolved.dead_letter IS NULL
        ORDER BY letter.id
        LIMIT $5
        """)

    /// $1 tenant, $2 id.
    static let one = Statement(
        """
        SELECT letter.id, topic, partition, "offset", key, headers::text, payload, kind, reason,
               letter.at, resolution, resolved.at
        FROM dead_letters AS letter
        LEFT JOIN dead_letter_resolution AS resolved ON resolved.dead_letter = letter.id
        WHERE coalesce(headers ->> 'ce_tenant', $1) = $1 AND letter.id = $2
        """)

    /// Keeps a parked key parked, and others from it, until the transaction ends. $1 topic,
    /// $2 key's name.
    static let lockKey = Statement(
        "SELECT key FROM parked_key WHERE topic = $1 AND key = $2 FOR UPDATE")

    /// What of a key waits, in the order in which it came. $1 topic, $2 key, $3 limit.
    static let waiting = Statement(
        """
        SELECT letter.id, topic, partition, "offset", key, headers::text, payload, kind, reason,
               letter.at, NULL::text, NULL::timestamptz
        FROM dead_letters AS letter
        WHERE topic = $1 AND sha256(key) = sha256(convert_to($2, 'UTF8'))
          AND kind <> 'undecodable'
          AND NOT EXISTS (SELECT FROM dead_letter_resolution AS resolved
                          WHERE resolved.dead_letter = letter.id)
        ORDER BY letter.id
        LIMIT $3
        """)

    /// $1 ids, $2 resolution. One that was resolved meanwhile fails the transaction.
    static let resolve = Statement(
        """
        INSERT INTO dead_letter_resolution (dead_letter, resolution)
        SELECT id, $2 FROM unnest($1::bigint[]) AS letter (id)
        """)

    /// Lets a key's messages flow again. $1 topic, $2 key's name.
    static let free = Statement("DELETE FROM parked_key WHERE topic = $1 AND key = $2")
}
