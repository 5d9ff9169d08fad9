import Postgres

/// What must be true of credit notes in billing's database.
enum CreditNoteChecks {
    static let all = [
        numbersAreGapless, creditStaysWithin, openedMatchBarrier, settledMatchBarrier,
        creditNotesAreTold,
    ]

    static let numbersAreGapless = Check(
        "credit-note-numbers-are-gapless",
        Statement(
            """
            SELECT format('tenant %s', coalesce(counter.tenant, numbered.tenant)),
                   format('has given %s credit note numbers, from %s to %s, and counts %s',
                          coalesce(numbered.count, 0), numbered.first, numbered.last,
                          coalesce(counter.last, 0))
            FROM credit_note_counter AS counter
            FULL JOIN (
                SELECT tenant, count(DISTINCT number) AS count, min(number) AS first,
                       max(number) AS last, count(*) AS notes
                FROM credit_note WHERE number IS NOT NULL OR status = 'settled'
                GROUP BY tenant
            ) AS numbered ON numbered.tenant = counter.tenant
            WHERE (numbered.count, numbered.first, numbered.last, numbered.notes)
                IS DISTINCT FROM (counter.last, 1::bigint, counter.last, counter.last)
            LIMIT 1000
            """))

    static let creditStaysWithin = Check(
        "credit-stays-within-invoices",
        Statement(
            """
            SELECT 'inv_' || note.invoice,
                   format('is about %s, fee %s and tax %s, and gives back %s, %s and %s',
                          invoice.amount, invoice.fee, invoice.tax, sum(note.amount),
                          sum(note.fee), sum(note.tax))
            FROM credit_note AS note LEFT JOIN invoice ON invoice.id = note.invoice
            WHERE note.status <> 'voided'
            GROUP BY note.invoice, invoice.id
            HAVING invoice.status IS DISTINCT FROM 'settled'
                OR sum(note.amount) > invoice.amount OR sum(note.fee) > invoice.fee
                OR sum(note.tax) > invoice.tax
                OR sum(note.amount - note.fee - note.tax)
                   > invoice.amount - invoice.fee - invoice.tax
                OR bool_or((note.tenant, note.payment, note.currency)
                           IS DISTINCT FROM (invoice.tenant, invoice.payment, invoice.currency))
            LIMIT 1000
            """))

    static let openedMatchBarrier = Check(
        "credit-notes-match-barrier", invariant: 5,
        Statement(
            """
            SELECT 'saga_' || coalesce(opened.saga, voided.saga, note.saga),
                   format('had open-credit-note %s and its undo %s, and its credit note is %s',
                          coalesce(opened.outcome, 'unanswered'),
                          coalesce(voided.outcome, 'unanswered'),
                          coalesce(note.status, 'not there'))
            FROM credit_note AS note
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'open-credit-note' AND direction = 'action'
            ) AS opened ON opened.saga = note.saga
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'open-credit-note' AND direction = 'compensation'
            ) AS voided ON voided.saga = opened.saga
            WHERE (opened.outcome IS NOT DISTINCT FROM 'done') <> (note.id IS NOT NULL)
               OR (voided.saga IS NOT NULL AND opened.saga IS NULL)
               OR (voided.outcome IS NOT DISTINCT FROM 'done' AND note.id IS NOT NULL)
                   <> (note.status IS NOT DISTINCT FROM 'voided')
            LIMIT 1000
            """))

    static let settledMatchBarrier = Check(
        "credit-note-settlements-match-barrier", invariant: 5,
        Statement(
            """
            SELECT 'saga_' || coalesce(settled.saga, note.saga),
                   format('had settle-credit-note %s, and its credit note is %s',
                          coalesce(settled.outcome, 'unanswered'),
                          coalesce(note.status, 'not there'))
            FROM credit_note AS note
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'settle-credit-note' AND direction = 'action'
            ) AS settled ON settled.saga = note.saga
            WHERE (settled.outcome IS NOT DISTINCT FROM 'done')
                <> (note.status IS NOT DISTINCT FROM 'settled')
            LIMIT 1000
            """))

    static let creditNotesAreTold = Check(
        "credit-notes-are-told", invariant: 6,
        Statement(
            """
            SELECT 'cn_' || note.id,
                   format('is %s, and the outbox tells %s changes of it',
                          note.status, coalesce(told.changes, 0))
            FROM credit_note AS note
            LEFT JOIN (
                SELECT headers ->> 'ce_subject' AS subject, count(*) AS changes
                FROM outbox WHERE type = 'billing.credit-note-changed.v1' GROUP BY 1
            ) AS told ON told.subject = 'cn_' || note.id
            CROSS JOIN outbox_kept AS kept
            CROSS JOIN LATERAL (
                SELECT CASE note.status WHEN 'open' THEN 1 ELSE 2 END AS changes
            ) AS expected
            WHERE coalesce(told.changes, 0) > expected.changes
               OR (note.created_at >= kept.since
                   AND coalesce(told.changes, 0) < expected.changes)
            LIMIT 1000
            """))
}
