import Postgres

/// The SQL of sagas. Reads lock what they read; writes take a whole batch as arrays.
enum SagaQueries {
    static let start = Statement(
        """
        INSERT INTO saga (id, definition, tenant, subject, traceparent, state, progress, phase,
                          log_length, next_deadline)
        VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8, $9,
                now() + $10::bigint * interval '1 millisecond')
        """)

    /// In id order, so that two batches that share sagas wait for each other instead of
    /// deadlocking. Sagas of other definitions are another runner's.
    static let lockNamed = Statement(
        """
        SELECT id, tenant, subject, traceparent, state::text, progress::text, log_length,
               (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age
        FROM saga
        WHERE id = ANY ($1::uuid[]) AND definition = $2
        ORDER BY id
        FOR UPDATE
        """)

    /// Skips what another transaction is moving already: its deadline is being changed.
    static let lockExpired = Statement(
        """
        SELECT id, tenant, subject, traceparent, state::text, progress::text, log_length,
               (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age
        FROM saga
        WHERE definition = $1 AND next_deadline <= now()
        ORDER BY next_deadline
        LIMIT $2
        FOR UPDATE SKIP LOCKED
        """)

    static let update = Statement(
        """
        UPDATE saga
        SET state = moved.state::jsonb, progress = moved.progress::jsonb, phase = moved.phase,
            log_length = moved.log_length, updated_at = now(),
            next_deadline = now() + moved.wait * interval '1 millisecond',
            ended_at = CASE WHEN moved.ended THEN now() END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                    $7::boolean[])
            AS moved (id, state, progress, phase, log_length, wait, ended)
        WHERE saga.id = moved.id
        """)

    static let log = Statement(
        """
        INSERT INTO saga_log (saga, sequence, step, direction, status, attempt, detail)
        SELECT saga, sequence, step, direction, status, attempt, detail
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                    $7::text[])
            AS line (saga, sequence, step, direction, status, attempt, detail)
        """)

    static let timeline = Statement(
        """
        SELECT step, direction, status, attempt, at, detail
        FROM saga_log
        WHERE saga = $1
        ORDER BY sequence
        """)
}
