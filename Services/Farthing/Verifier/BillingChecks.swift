import Postgres

/// What must be true of billing's database.
enum BillingChecks {
    static let all = [
        numbersAreGapless, linesSumToTheTotal, creditLimitsHold, oncePerSaga, openedMatchBarrier,
        settledMatchBarrier, invoicesAreTold, triggersArePresent,
    ]

    static let numbersAreGapless = Check(
        "invoice-numbers-are-gapless",
        Statement(
            """
            SELECT format('tenant %s', coalesce(counter.tenant, numbered.tenant)),
                   format('has given %s invoice numbers, from %s to %s, and counts %s',
                          coalesce(numbered.count, 0), numbered.first, numbered.last,
                          coalesce(counter.last, 0))
            FROM invoice_counter AS counter
            FULL JOIN (
                SELECT tenant, count(DISTINCT number) AS count, min(number) AS first,
                       max(number) AS last, count(*) AS invoices
                FROM invoice WHERE number IS NOT NULL OR status = 'settled'
                GROUP BY tenant
            ) AS numbered ON numbered.tenant = counter.tenant
            WHERE (numbered.count, numbered.first, numbered.last, numbered.invoices)
                IS DISTINCT FROM (counter.last, 1::bigint, counter.last, counter.last)
            LIMIT 1000
            """))

    static let linesSumToTheTotal = Check(
        "invoice-lines-sum-to-the-total", invariant: 9,
        Statement(
            """
            SELECT 'inv_' || invoice.id,
                   format('charges %s, but its lines sum to %s',
                          invoice.fee + invoice.tax, coalesce(lines.total, 0))
            FROM invoice
            LEFT JOIN (
                SELECT invoice, sum(amount) AS total FROM invoice_line GROUP BY invoice
            ) AS lines ON lines.invoice = invoice.id
            WHERE invoice.fee + invoice.tax <> coalesce(lines.total, 0)
            LIMIT 1000
            """))

    static let creditLimitsHold = Check(
        "credit-limits-hold",
        Statement(
            """
            SELECT 'cus_' || customer.id,
                   format('has open invoices of %s %s, above its limit of %s',
                          sum(invoice.amount), invoice.currency, customer.credit_limit)
            FROM customer JOIN invoice ON invoice.customer = customer.id
            WHERE invoice.status = 'open' AND customer.credit_limit IS NOT NULL
            GROUP BY customer.id, invoice.currency
            HAVING sum(invoice.amount) > customer.credit_limit
            LIMIT 1000
            """))

    static let oncePerSaga = Check(
        "once-per-saga", invariant: 5,
        Statement(
            """
            SELECT owner, format('has %s invoices: %s', count(*), string_agg(id, ', '))
            FROM (
                SELECT 'saga_' || saga AS owner, 'inv_' || id AS id FROM invoice
                UNION ALL
                SELECT 'pay_' || payment, 'inv_' || id FROM invoice
            ) AS effects
            GROUP BY owner
            HAVING count(*) > 1
            LIMIT 1000
            """))

    static let openedMatchBarrier = Check(
        "invoices-match-barrier", invariant: 5,
        Statement(
            """
            SELECT 'saga_' || coalesce(opened.saga, voided.saga, invoice.saga),
                   format('had open-invoice %s and void-invoice %s, and its invoice is %s',
                          coalesce(opened.outcome, 'unanswered'),
                          coalesce(voided.outcome, 'unanswered'),
                          coalesce(invoice.status, 'not there'))
            FROM invoice
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'open-invoice' AND direction = 'action'
            ) AS opened ON opened.saga = invoice.saga
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'open-invoice' AND direction = 'compensation'
            ) AS voided ON voided.saga = opened.saga
            WHERE (opened.outcome IS NOT DISTINCT FROM 'done') <> (invoice.id IS NOT NULL)
               OR (voided.saga IS NOT NULL AND opened.saga IS NULL)
               OR (voided.outcome IS NOT DISTINCT FROM 'done' AND invoice.id IS NOT NULL)
                   <> (invoice.status IS NOT DISTINCT FROM 'voided')
            LIMIT 1000
            """))

    static let settledMatchBarrier = Check(
        "settlements-match-barrier", invariant: 5,
        Statement(
            """
            SELECT 'saga_' || coalesce(settled.saga, invoice.saga),
                   format('had settle-invoice %s, and its invoice is %s',
                          coalesce(settled.outcome, 'unanswered'),
                          coalesce(invoice.status, 'not there'))
            FROM invoice
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'settle-invoice' AND direction = 'action'
            ) AS settled ON settled.saga = invoice.saga
            WHERE (settled.outcome IS NOT DISTINCT FROM 'done')
                <> (invoice.status IS NOT DISTINCT FROM 'settled')
            LIMIT 1000
            """))

    static let invoicesAreTold = Check(
        "invoices-are-told", invariant: 6,
        Statement(
            """
            SELECT 'inv_' || invoice.id,
                   format('is %s, and the outbox tells %s changes of it',
                          invoice.status, coalesce(told.changes, 0))
            FROM invoice
            LEFT JOIN (
                SELECT headers ->> 'ce_subject' AS subject, count(*) AS changes
                FROM outbox WHERE type = 'billing.invoice-changed.v1' GROUP BY 1
            ) AS told ON told.subject = 'inv_' || invoice.id
            CROSS JOIN outbox_kept AS kept
            CROSS JOIN LATERAL (
                SELECT CASE invoice.status WHEN 'open' THEN 1 ELSE 2 END AS changes
            ) AS expected
            WHERE coalesce(told.changes, 0) > expected.changes
               OR (invoice.created_at >= kept.since
                   AND coalesce(told.changes, 0) < expected.changes)
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
                ('fee_plan', 'fee_plan_append_only'),
                ('invoice_line', 'invoice_line_append_only'),
                ('invoice_line', 'invoice_line_sum'),
                ('invoice', 'invoice_kept'),
                ('invoice', 'invoice_begins_open'),
                ('invoice', 'invoice_ends_once'),
                ('invoice', 'invoice_lines_sum'),
                ('invoice_counter', 'invoice_counter_gapless'),
                ('invoice_counter', 'invoice_counter_kept'),
                ('credit_note', 'credit_note_kept'),
                ('credit_note', 'credit_note_begins_open'),
                ('credit_note', 'credit_note_ends_once'),
                ('credit_note', 'credit_note_within_invoice'),
                ('credit_note_counter', 'credit_note_counter_gapless'),
                ('credit_note_counter', 'credit_note_counter_kept')
            ) AS expected (on_table, name)
            LEFT JOIN pg_trigger AS present
                ON present.tgrelid = to_regclass('public.' || expected.on_table)
               AND present.tgname = expected.name
            WHERE present.oid IS NULL
            """))
}
