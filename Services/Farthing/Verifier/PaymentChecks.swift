import Postgres

/// What must be true of the payment service's database.
enum PaymentChecks {
    static let all = [
        paymentsMatchSagas, failuresMatchSagas, logsAreContiguous, logsEndProperly,
        paymentsAreTold, paymentsAreAudited, answersWereTrue, triggersArePresent,
    ]

    /// What is true only once everything has come to rest.
    static let atRest = [sagasHaveEnded, sagasNeedNobody]

    static let sagasHaveEnded = Check(
        "sagas-have-ended", invariant: 7,
        Statement(
            """
            SELECT 'saga_' || id,
                   format('is %s since %s, for %s', phase, updated_at, subject)
            FROM saga
            WHERE phase IN ('running', 'compensating')
            ORDER BY updated_at
            LIMIT 1000
            """))

    /// Invariant 7 lets a saga wait for a person who was told. Until the person has acted, the
    /// books are not finished, and this tells it again.
    static let sagasNeedNobody = Check(
        "sagas-need-nobody",
        Statement(
            """
            SELECT 'saga_' || id,
                   format('waits for a person since %s, for %s', updated_at, subject)
            FROM saga
            WHERE phase = 'needs-intervention'
            ORDER BY updated_at
            LIMIT 1000
            """))

    static let paymentsMatchSagas = Check(
        "payments-match-sagas", invariant: 7,
        Statement(
            """
            SELECT coalesce('pay_' || payment.id, 'saga_' || saga.id),
                   format('is %s, and its saga is %s', coalesce(payment.status, 'not there'),
                          coalesce(saga.phase, 'not there'))
            FROM payment
            FULL JOIN (SELECT * FROM saga WHERE definition = 'payment') AS saga
                ON saga.id = payment.saga
            WHERE payment.id IS NULL OR saga.id IS NULL
               OR payment.tenant <> saga.tenant
               OR saga.subject <> 'pay_' || payment.id
               OR payment.status <> CASE saga.phase WHEN 'succeeded' THEN 'succeeded'
                                                    WHEN 'compensated' THEN 'failed'
                                                    ELSE 'processing' END
            LIMIT 1000
            """))

    static let failuresMatchSagas = Check(
        "failures-match-sagas", invariant: 7,
        Statement(
            """
            SELECT 'pay_' || payment.id,
                   format('failed at %s by %s, its saga at %s by %s', payment.failure_step,
                          payment.failure_code, saga.progress #>> '{failure,step}',
                          saga.progress #>> '{failure,code}')
            FROM payment JOIN saga ON saga.id = payment.saga
            WHERE payment.status = 'failed'
              AND (payment.failure_step, payment.failure_code) IS DISTINCT FROM
                  (saga.progress #>> '{failure,step}', saga.progress #>> '{failure,code}')
            LIMIT 1000
            """))

    static let logsAreContiguous = Check(
        "saga-logs-are-contiguous", invariant: 4,
        Statement(
            """
            SELECT 'saga_' || coalesce(saga.id, log.saga),
                   format('counts %s lines of its log, which has %s up to number %s',
                          saga.log_length, coalesce(log.count, 0), coalesce(log.last, 0))
            FROM saga
            FULL JOIN (
                SELECT saga, count(*) AS count, max(sequence) AS last
                FROM saga_log GROUP BY saga
            ) AS log ON log.saga = saga.id
            WHERE (saga.log_length, saga.log_length) IS DISTINCT FROM (log.count, log.last)
            LIMIT 1000
            """))

    /// A saga that succeeded ends with its last step done; a compensated one ends with an undo
    /// done, or with the refusal of a step that had nothing before it to undo.
    static let logsEndProperly = Check(
        "saga-logs-end-properly", invariant: 7,
        Statement(
            """
            SELECT 'saga_' || saga.id,
                   format('is %s, but its log ends with %s %s %s', saga.phase,
                          coalesce(last.step, 'nothing'), last.direction, last.status)
            FROM saga
            LEFT JOIN saga_log AS last
                ON last.saga = saga.id AND last.sequence = saga.log_length
            WHERE saga.ended_at IS NOT NULL
              AND CASE saga.phase
                  WHEN 'succeeded'
                  THEN (last.direction, last.status) IS DISTINCT FROM ('action', 'done')
                  ELSE (last.direction, last.status) IS DISTINCT FROM ('compensation', 'done')
                   AND (last.direction, last.status) IS DISTINCT FROM ('action', 'refused') END
            LIMIT 1000
            """))

    static let paymentsAreTold = Check(
        "payments-are-told", invariant: 6,
        Statement(
            """
            SELECT 'pay_' || payment.id,
                   format('is %s, and the outbox tells: %s', payment.status,
                          coalesce(array_to_string(told.types, ', '), 'nothing'))
            FROM payment
            LEFT JOIN (
                SELECT headers ->> 'ce_subject' AS subject, array_agg(type ORDER BY type) AS types
                FROM outbox WHERE topic = 'payment.events.v1' GROUP BY 1
            ) AS told ON told.subject = 'pay_' || payment.id
            CROSS JOIN outbox_kept AS kept
            CROSS JOIN LATERAL (
                SELECT CASE payment.status
                    WHEN 'processing' THEN ARRAY['payment.created.v1']
                    WHEN 'succeeded' THEN ARRAY['payment.created.v1', 'payment.succeeded.v1']
                    ELSE ARRAY['payment.created.v1', 'payment.failed.v1'] END AS types
            ) AS expected
            WHERE NOT coalesce(told.types, '{}') <@ expected.types
               OR (payment.created_at >= kept.since AND told.types IS DISTINCT FROM expected.types)
            LIMIT 1000
            """))

    static let paymentsAreAudited = Check(
        "payments-are-audited", invariant: 4,
        Statement(
            """
            SELECT 'pay_' || payment.id,
                   format('is %s, and the audit trail has: %s', payment.status,
                          coalesce(array_to_string(audited.actions, ', '), 'nothing'))
            FROM payment
            LEFT JOIN (
                SELECT tenant, subject, array_agg(action ORDER BY id) AS actions
                FROM audit WHERE action <> 'payment.cancel' GROUP BY tenant, subject
            ) AS audited
                ON audited.tenant = payment.tenant AND audited.subject = 'pay_' || payment.id
            WHERE audited.actions IS DISTINCT FROM CASE payment.status
                WHEN 'processing' THEN ARRAY['payment.create']
                WHEN 'succeeded' THEN ARRAY['payment.create', 'payment.succeed']
                ELSE ARRAY['payment.create', 'payment.fail'] END
            LIMIT 1000
            """))

    /// What was answered 2xx under an idempotency key is there.
    static let answersWereTrue = Check(
        "answers-were-true", invariant: 8,
        Statement(
            """
            SELECT format('idempotency key %s of tenant %s', answered.key, answered.tenant),
                   format('was answered %s with %s, which does not exist', answered.status,
                          answered.location)
            FROM idempotency_key AS answered
            LEFT JOIN payment
                ON payment.tenant = answered.tenant
               AND '/v1/payments/pay_' || payment.id = answered.location
            WHERE answered.operation = 'payment.create-payment'
              AND answered.status BETWEEN 200 AND 299
              AND payment.id IS NULL
            LIMIT 1000
            """))

    static let triggersArePresent = Check(
        "triggers-are-present", invariant: 4,
        Statement(
            """
            SELECT format('trigger %s on %s', expected.name, expected.on_table), 'is missing'
            FROM (VALUES
                ('outbox', 'outbox_never_changes'),
                ('inbox', 'inbox_never_changes'),
                ('barrier', 'barrier_never_changes'),
                ('barrier', 'barrier_never_emptied'),
                ('audit', 'audit_is_append_only'),
                ('audit_leaf', 'audit_leaf_is_append_only'),
                ('audit_checkpoint', 'audit_checkpoint_is_append_only'),
                ('audit_subtree', 'audit_subtree_is_append_only'),
                ('saga_log', 'saga_log_never_changes'),
                ('saga_log', 'saga_log_never_emptied'),
                ('payment', 'payment_ends_once'),
                ('payment', 'payment_is_kept'),
                ('refund', 'refund_ends_once'),
                ('refund', 'refund_is_kept'),
                ('refund', 'refund_within_payment')
            ) AS expected (on_table, name)
            LEFT JOIN pg_trigger AS present
                ON present.tgrelid = to_regclass('public.' || expected.on_table)
               AND present.tgname = expected.name
            WHERE present.oid IS NULL
            """))
}
