import Postgres

/// What must be true of refunds in the payment service's database.
enum RefundChecks {
    static let all = [
        refundsStayWithin, refundsMatchSagas, refundsAreTold, refundsAreAudited, answersWereTrue,
    ]

    static let refundsStayWithin = Check(
        "refunds-stay-within-payments",
        Statement(
            """
            SELECT 'pay_' || refund.payment,
                   format('is %s of %s %s, and its refunds are %s',
                          coalesce(payment.status, 'not there'), payment.amount, payment.currency,
                          sum(refund.amount))
            FROM refund LEFT JOIN payment ON payment.id = refund.payment
            WHERE refund.status <> 'failed'
            GROUP BY refund.payment, payment.id
            HAVING payment.status IS DISTINCT FROM 'succeeded'
                OR sum(refund.amount) > payment.amount
                OR bool_or((refund.tenant, refund.currency)
                           IS DISTINCT FROM (payment.tenant, payment.currency))
            LIMIT 1000
            """))

    static let refundsMatchSagas = Check(
        "refunds-match-sagas", invariant: 7,
        Statement(
            """
            SELECT coalesce('ref_' || refund.id, 'saga_' || saga.id),
                   format('is %s by %s, and its saga is %s by %s',
                          coalesce(refund.status, 'not there'), refund.failure_code,
                          coalesce(saga.phase, 'not there'), saga.progress #>> '{failure,code}')
            FROM refund
            FULL JOIN (SELECT * FROM saga WHERE definition = 'refund') AS saga
                ON saga.id = refund.saga
            WHERE refund.id IS NULL OR saga.id IS NULL
               OR refund.tenant <> saga.tenant
               OR saga.subject <> 'ref_' || refund.id
               OR refund.status <> CASE saga.phase WHEN 'succeeded' THEN 'succeeded'
                                                   WHEN 'compensated' THEN 'failed'
                                                   ELSE 'processing' END
               OR (refund.status = 'failed'
                   AND (refund.failure_step, refund.failure_code) IS DISTINCT FROM
                       (saga.progress #>> '{failure,step}', saga.progress #>> '{failure,code}'))
            LIMIT 1000
            """))

    static let refundsAreTold = Check(
        "refunds-are-told", invariant: 6,
        Statement(
            """
            SELECT 'ref_' || refund.id,
                   format('is %s, and the outbox tells: %s', refund.status,
                          coalesce(array_to_string(told.types, ', '), 'nothing'))
            FROM refund
            LEFT JOIN (
                SELECT headers ->> 'ce_subject' AS subject, array_agg(type ORDER BY type) AS types
                FROM outbox WHERE topic = 'payment.events.v1' GROUP BY 1
            ) AS told ON told.subject = 'ref_' || refund.id
            CROSS JOIN outbox_kept AS kept
            CROSS JOIN LATERAL (
                SELECT CASE refund.status
                    WHEN 'processing' THEN ARRAY['payment.refund-created.v1']
                    WHEN 'succeeded'
                    THEN ARRAY['payment.refund-created.v1', 'payment.refund-succeeded.v1']
                    ELSE ARRAY['payment.refund-created.v1', 'payment.refund-failed.v1'] END
                    AS types
            ) AS expected
            WHERE NOT coalesce(told.types, '{}') <@ expected.types
               OR (refund.created_at >= kept.since AND told.types IS DISTINCT FROM expected.types)
            LIMIT 1000
            """))

    static let refundsAreAudited = Check(
        "refunds-are-audited", invariant: 4,
        Statement(
            """
            SELECT 'ref_' || refund.id,
                   format('is %s, and the audit trail has: %s', refund.status,
                          coalesce(array_to_string(audited.actions, ', '), 'nothing'))
            FROM refund
            LEFT JOIN (
                SELECT tenant, subject, array_agg(action ORDER BY id) AS actions
                FROM audit GROUP BY tenant, subject
            ) AS audited
                ON audited.tenant = refund.tenant AND audited.subject = 'ref_' || refund.id
            WHERE audited.actions IS DISTINCT FROM CASE refund.status
                WHEN 'processing' THEN ARRAY['refund.create']
                WHEN 'succeeded' THEN ARRAY['refund.create', 'refund.succeed']
                ELSE ARRAY['refund.create', 'refund.fail'] END
            LIMIT 1000
            """))

    /// What was answered 2xx under an idempotency key is there.
    static let answersWereTrue = Check(
        "refund-answers-were-true", invariant: 8,
        Statement(
            """
            SELECT format('idempotency key %s of tenant %s', answered.key, answered.tenant),
                   format('was answered %s with %s, which does not exist', answered.status,
                          answered.location)
            FROM idempotency_key AS answered
            LEFT JOIN refund
                ON refund.tenant = answered.tenant
               AND '/v1/refunds/ref_' || refund.id = answered.location
            WHERE answered.operation = 'payment.refund-payment'
              AND answered.status BETWEEN 200 AND 299
              AND refund.id IS NULL
            LIMIT 1000
            """))
}
