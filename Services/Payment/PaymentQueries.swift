import Postgres

/// Every statement of the payment service.
///
/// Rows of `payment` are read by `Payment.init`, which wants the columns in this order.
enum PaymentQueries {
    static let insert = Statement(
        """
        INSERT INTO payment
            (id, tenant, saga, amount, currency, source, destination, customer, description,
             reference, metadata, created_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::text[],
                             $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[],
                             $11::jsonb[], $12::timestamptz[])
        """)

    static let find = Statement(
        """
        SELECT id, saga, status, amount, currency, source, destination, customer, description,
               reference, metadata::text, fee, tax, transfer, invoice, failure_code, failure_step,
               failure_detail, created_at, ended_at,
               (SELECT coalesce(sum(refund.amount), 0)::bigint FROM refund
                WHERE refund.payment = payment.id AND refund.status = 'succeeded')
        FROM payment
        WHERE tenant = $1 AND id = $2
        """)

    /// $1 tenants, $2 ids. Each with its place among those that are asked for, from 1; one that
    /// there is not is missing.
    static let findEach = Statement(
        """
        SELECT found.*, place
        FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS asked (tenant, id, place)
        CROSS JOIN LATERAL (
            SELECT id, saga, status, amount, currency, source, destination, customer, description,
                   reference, metadata::text, fee, tax, transfer, invoice, failure_code,
                   failure_step, failure_detail, created_at, ended_at,
                   (SELECT coalesce(sum(refund.amount), 0)::bigint FROM refund
                    WHERE refund.payment = payment.id AND refund.status = 'succeeded')
            FROM payment
            WHERE payment.tenant = asked.tenant AND payment.id = asked.id
            LIMIT 1) AS found
        """)

    /// Which of these have ended.
    static let ended = Statement(
        """
        SELECT id FROM payment WHERE id = ANY ($1::uuid[]) AND status <> 'processing'
        """)

    /// Keeps others from refunding the same payment until the commit. What was refunded so far is
    /// asked for after it: only then it stands still.
    static let lock = Statement(
        """
        SELECT id FROM payment WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE
        """)

    static let newest = Statement(
        """
        SELECT id, saga, status, amount, currency, source, destination, customer, description,
               reference, metadata::text, fee, tax, transfer, invoice, failure_code, failure_step,
               failure_detail, created_at, ended_at,
               (SELECT coalesce(sum(refund.amount), 0)::bigint FROM refund
                WHERE refund.payment = payment.id AND refund.status = 'succeeded')
        FROM payment
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC
        LIMIT $3
        """)

    static let byStatus = Statement(
        """
        SELECT id, saga, status, amount, currency, source, destination, customer, description,
               reference, metadata::text, fee, tax, transfer, invoice, failure_code, failure_step,
               failure_detail, created_at, ended_at,
               (SELECT coalesce(sum(refund.amount), 0)::bigint FROM refund
                WHERE refund.payment = payment.id AND refund.status = 'succeeded')
        FROM payment
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND status = $4
        ORDER BY id DESC
        LIMIT $3
        """)

    static let byReference = Statement(
        """
        SELECT id, saga, status, amount, currency, source, destination, customer, description,
               reference, metadata::text, fee, tax, transfer, invoice, failure_code, failure_step,
               failure_detail, created_at, ended_at,
               (SELECT coalesce(sum(refund.amount), 0)::bigint FROM refund
                WHERE refund.payment = payment.id AND refund.status = 'succeeded')
        FROM payment
        WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND reference = $4
          AND ($5::text IS NULL OR status = $5)
        ORDER BY id DESC
        LIMIT $3
        """)

    /// Whether there are sagas to look at, whose time may be up: a look that takes no lock.
    static let overdue = Statement(
        """
        SELECT EXISTS (
            SELECT FROM saga
            WHERE definition IN ('payment', 'refund') AND look_at <= now())
        """)

    static let succeed = Statement(
        """
        UPDATE payment
        SET status = 'succeeded', fee = ended.fee, tax = ended.tax, transfer = ended.transfer,
            invoice = ended.invoice, ended_at = now()
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[])
             AS ended (payment, fee, tax, transfer, invoice)
        WHERE payment.id = ended.payment AND payment.id = ANY ($1)
        """)

    static let fail = Statement(
        """
        UPDATE payment
        SET status = 'failed', failure_code = ended.code, failure_step = ended.step,
            failure_detail = ended.detail, ended_at = now()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
             AS ended (payment, code, step, detail)
        WHERE payment.id = ended.payment AND payment.id = ANY ($1)
        """)
}
