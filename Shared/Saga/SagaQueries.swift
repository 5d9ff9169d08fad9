import Postgres

/// The SQL of sagas. Reads lock what they read; writes take a whole batch as arrays.
enum SagaQueries {
    static let start = Statement(
        """
        INSERT INTO saga (id, definition, tenant, subject, traceparent, state, progress, phase,
                          log_length, deadlines, next_deadline, look_at)
        SELECT id, $1, tenant, subject, traceparent, state::jsonb, progress::jsonb, phase,
               log_length, deadlines::jsonb, now() + next_deadline * interval '1 millisecond',
               now() + next_deadline * interval '1 millisecond'
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::bigint[], $10::text[], $11::bigint[])
            AS begun (id, tenant, subject, traceparent, state, progress, phase, log_length,
                      deadlines, next_deadline)
        """)

    /// In id order, so that two batches that share sagas wait for each other instead of
    /// deadlocking. Sagas of other definitions are another runner's.
    static let lockNamed = Statement(
        """
        SELECT id, tenant, subject, traceparent, state::text, progress::text, log_length,
               (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age,
               deadlines::text
        FROM saga
        WHERE id = ANY ($1::uuid[]) AND definition = $2
        ORDER BY id
        FOR UPDATE
        """)

    /// Puts off until their deadlines what is to be looked at and not overdue. $2 limit.
    static let lookLater = Statement(
        """
        UPDATE saga SET look_at = next_deadline
        WHERE id IN (
            SELECT id FROM saga
            WHERE definition = $1 AND look_at <= now() AND next_deadline > now()
            LIMIT $2
            FOR UPDATE SKIP LOCKED)
        """)

    /// Skips what another transaction is moving already: its deadline is being changed.
    static let lockExpired = Statement(
        """
        SELECT id, tenant, subject, traceparent, state::text, progress::text, log_length,
               (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age,
               deadlines::text
        FROM saga
        WHERE definition = $1 AND look_at <= now() AND next_deadline <= now()
        ORDER BY next_deadline
        LIMIT $2
        FOR UPDATE SKIP LOCKED
        """)

    /// One that is overdue, if it still is and nobody else is moving it.
    static let lockExpiredOne = Statement(
        """
        SELECT id, tenant, subject, traceparent, state::text, progress::text, log_length,
               (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age,
               deadlines::text
        FROM saga
        WHERE definition = $1 AND id = $2 AND look_at <= now() AND next_deadline <= now()
        FOR UPDATE SKIP LOCKED
        """)

    /// What `lockExpired` would lock.
    static let expired = Statement(
        """
        SELECT id
        FROM saga
        WHERE definition = $1 AND look_at <= now() AND next_deadline <= now()
        ORDER BY next_deadline
        LIMIT $2
        """)

    /// Touches nothing that would have to be understood: its own deadlines stay as they are.
    static let putOff = Statement(
        """
        UPDATE saga
        SET next_deadline = now() + interval '5 minutes', look_at = now() + interval '5 minutes'
        WHERE id = ANY ($1::uuid[]) AND next_deadline <= now()
        """)

    /// A state that is `NULL` stays as it is, and so does `look_at` unless it would be too late:
    /// what changes neither an index nor the page it is on costs a third (see V0003). One that is
    /// to be looked at soon is put off here, which spares it an update by `lookLater`.
    static let update = Statement(
        """
        UPDATE saga
        SET state = coalesce(moved.state::jsonb, saga.state), progress = moved.progress::jsonb,
            phase = moved.phase, log_length = moved.log_length, updated_at = now(),
            deadlines = moved.deadlines::jsonb,
            next_deadline = created_at + moved.next_deadline * interval '1 millisecond',
            look_at = CASE WHEN moved.next_deadline IS NOT NULL THEN
                least(CASE WHEN look_at >= now() + interval '2 seconds' THEN look_at END,
                      created_at + moved.next_deadline * interval '1 millisecond') END,
            ended_at = CASE WHEN moved.ended THEN now() END
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                    $7::bigint[], $8::boolean[])
            AS moved (id, state, progress, phase, log_length, deadlines, next_deadline, ended)
        WHERE saga.id = moved.id AND saga.id = ANY ($1)
        """)

    static let log = Statement(
        """
        INSERT INTO saga_log (saga, sequence, step, direction, status, attempt, detail)
        SELECT saga, sequence, step, direction, status, attempt, detail
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                    $7::text[])
            AS line (saga, sequence, step, direction, status, attempt, detail)
        """)

    static let find = Statement(
        """
        SELECT id, definition, tenant, subject, phase, progress::text, created_at, updated_at,
               ended_at, next_deadline
        FROM saga
        WHERE tenant = $1 AND id = $2
        """)

    static let newest = Statement(
        """
        SELECT id, definition, tenant, subject, phase, progress::text, created_at, updated_at,
               ended_at, next_deadline
        FROM saga
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC
        LIMIT $3
        """)

    /// Those under way are few, and found by the index of what is to be looked at.
    static let newestUnderWay = Statement(
        """
        SELECT id, definition, tenant, subject, phase, progress::text, created_at, updated_at,
               ended_at, next_deadline
        FROM saga
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND phase = $4
              AND look_at IS NOT NULL
        ORDER BY id DESC
        LIMIT $3
        """)

    static let newestWaiting = Statement(
        """
        SELECT id, definition, tenant, subject, phase, progress::text, created_at, updated_at,
               ended_at, next_deadline
        FROM saga
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND phase = 'needs-intervention'
        ORDER BY id DESC
        LIMIT $3
        """)

    /// Most sagas have succeeded: they are found by walking through all of the tenant's.
    static let newestSucceeded = Statement(
        """
        SELECT id, definition, tenant, subject, phase, progress::text, created_at, updated_at,
               ended_at, next_deadline
        FROM saga
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND phase = 'succeeded'
        ORDER BY id DESC
        LIMIT $3
        """)

    /// The phase is literal, so that a generic plan too may use the index of those (V0004).
    static let newestCompensated = Statement(
        """
        SELECT id, definition, tenant, subject, phase, progress::text, created_at, updated_at,
               ended_at, next_deadline
        FROM saga
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND phase = 'compensated'
        ORDER BY id DESC
        LIMIT $3
        """)

    static let countInterventions = Statement(
        """
        SELECT count(*) FROM saga WHERE phase = 'needs-intervention'
        """)

    static let timeline = Statement(
        """
        SELECT step, direction, status, attempt, at, detail, saga
        FROM saga_log
        WHERE saga = ANY ($1::uuid[])
        ORDER BY saga, sequence
        """)
}
