import Postgres

/// Every statement about refunds. Rows are read by `Refund.init`, which wants the columns in this
/// order.
enum RefundQueries {
    static let insert = Statement(
        """
        INSERT INTO refund
            (id, tenant, payment, saga, amount, currency, reason, reference, metadata, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """)

    /// What a payment has given back, or may yet.
    static let promised = Statement(
        """
        SELECT coalesce(sum(amount), 0)::bigint FROM refund
        WHERE payment = $1 AND status <> 'failed'
        """)

    static let find = Statement(
        """
        SELECT id, payment, saga, status, amount, currency, reason, reference, metadata::text, fee,
               tax, transfer, credit_note, failure_code, failure_step, failure_detail, created_at,
               ended_at
        FROM refund
        WHERE tenant = $1 AND id = $2
        """)

    /// Which of these have ended.
    static let ended = Statement(
        """
        SELECT id FROM refund WHERE id = ANY ($1::uuid[]) AND status <> 'processing'
        """)

    static let ofPayment = Statement(
        """
        SELECT id, payment, saga, status, amount, currency, reason, reference, metadata::text, fee,
               tax, transfer, credit_note, failure_code, failure_step, failure_detail, created_at,
               ended_at
        FROM refund
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND payment = $4
        ORDER BY id DESC
        LIMIT $3
        """)

    static let newest = Statement(
        """
        SELECT id, payment, saga, status, amount, currency, reason, reference, metadata::text, fee,
               tax, transfer, credit_note, failure_code, failure_step, failure_detail, created_at,
               ended_at
        FROM refund
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC
        LIMIT $3
        """)

    static let byStatus = Statement(
        """
        SELECT id, payment, saga, status, amount, currency, reason, reference, metadata::text, fee,
               tax, transfer, credit_note, failure_code, failure_step, failure_detail, created_at,
               ended_at
        FROM refund
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND status = $4
        ORDER BY id DESC
        LIMIT $3
        """)

    static let byReference = Statement(
        """
        SELECT id, payment, saga, status, amount, currency, reason, reference, metadata::text, fee,
               tax, transfer, credit_note, failure_code, failure_step, failure_detail, created_at,
               ended_at
        FROM refund
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND reference = $4
          AND ($5::text IS NULL OR status = $5)
        ORDER BY id DESC
        LIMIT $3
        """)

    static let succeed = Statement(
        """
        UPDATE refund
        SET status = 'succeeded', fee = ended.fee, tax = ended.tax, transfer = ended.transfer,
            credit_note = ended.credit_note, ended_at = now()
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[])
             AS ended (refund, fee, tax, transfer, credit_note)
        WHERE refund.id = ended.refund AND refund.id = ANY ($1)
        """)

    static let fail = Statement(
        """
        UPDATE refund
        SET status = 'failed', failure_code = ended.code, failure_step = ended.step,
            failure_detail = ended.detail, ended_at = now()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
             AS ended (refund, code, step, detail)
        WHERE refund.id = ended.refund AND refund.id = ANY ($1)
        """)
}
