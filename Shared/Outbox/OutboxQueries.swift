import Postgres

/// The SQL of the outbox, the inbox and the barrier. Every statement takes a whole batch as arrays.
///
/// Rows that are joined to an array, here and in all services, are compared with it by `ANY` too,
/// or looked up in a `LATERAL` if their key has several columns. With that, and without
/// `Database.Configuration.readsWholeTables`, the planner has no way but to look them up. A plan
/// that was made while the table was empty would read all of it ever after: 3.7 ms for one row of
/// the barrier, until the table is analyzed.
enum OutboxQueries {
    /// The rows get their positions in the order of the arrays, so that one key's messages stay in
    /// the order in which they were appended.
    static let append = Statement(
        """
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT id, topic, aggregatetype, aggregateid, type, payload, headers::jsonb
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[],
                    $7::text[])
            WITH ORDINALITY
            AS message (id, topic, aggregatetype, aggregateid, type, payload, headers, ordinal)
        ORDER BY ordinal
        """)

    /// Sorted, so that two consumers that are handed the same messages wait for each other instead
    /// of deadlocking.
    static let admit = Statement(
        """
        INSERT INTO inbox (message_id)
        SELECT DISTINCT message_id FROM unnest($1::uuid[]) AS message (message_id)
        WHERE message_id <> ALL (ARRAY(
            SELECT received.message_id FROM inbox AS received
            WHERE received.message_id = ANY ($1)))
        ORDER BY message_id
        RETURNING message_id
        """, overtakenAt: "inbox_pkey")

    /// $1 age in seconds, $2 limit.
    static let forget = Statement("SELECT inbox_forget($1, $2)")

    static let loadBarrier = Statement(
        """
        SELECT barrier.saga, barrier.step, direction, outcome, reply_type, reply
        FROM unnest($1::uuid[], $2::text[]) AS named (saga, step)
        JOIN barrier ON barrier.saga = named.saga AND barrier.step = named.step
        WHERE barrier.saga = ANY ($1)
        """)

    /// A row that another transaction wrote meanwhile makes this one run again, because what it
    /// decided no longer holds.
    static let recordBarrier = Statement(
        """
        INSERT INTO barrier (saga, step, direction, outcome, reply_type, reply)
        SELECT saga, step, direction, outcome, reply_type, reply
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
            AS answer (saga, step, direction, outcome, reply_type, reply)
        ORDER BY saga, step, direction
        """, overtakenAt: "barrier_pkey")
}
