import Postgres

/// Every statement about credit notes.
enum CreditNoteQueries {
    // MARK: Read

    static let one = Statement(
        """
        SELECT id, refund, payment, invoice, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM credit_note WHERE tenant = $1 AND id = $2
        """)

    /// Newest first, from below a cursor.
    static let ofPayment = Statement(
        """
        SELECT id, refund, payment, invoice, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM credit_note
        WHERE tenant = $1 AND payment = $2
          AND id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        ORDER BY id DESC LIMIT $4
        """)

    /// Newest first, from below a cursor.
    static let ofInvoice = Statement(
        """
        SELECT note.id, refund, note.payment, note.invoice, note.status, note.number, note.amount,
               note.currency, note.fee, note.tax, note.created_at, note.settled_at, note.voided_at
        FROM invoice JOIN credit_note AS note
            ON note.payment = invoice.payment AND note.invoice = invoice.id
        WHERE invoice.tenant = $1 AND invoice.id = $2
          AND note.id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          AND ($5::uuid IS NULL OR note.payment = $5::uuid)
        ORDER BY note.id DESC LIMIT $4
        """)

    /// Newest first, from below a cursor.
    static let newest = Statement(
        """
        SELECT id, refund, payment, invoice, status, number, amount, currency, fee, tax,
               created_at, settled_at, voided_at
        FROM credit_note
        WHERE tenant = $1
          AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        ORDER BY id DESC LIMIT $3
        """)

    // MARK: Changed by a batch of commands

    static let lockNotes = Statement(
        """
        SELECT id, tenant, refund, payment, invoice, amount, currency, fee, tax, status, number
        FROM credit_note WHERE id = ANY ($1::uuid[])
        ORDER BY id
        FOR NO KEY UPDATE
        """)

    /// What the live credit notes of invoices give back: never more than the invoices' amounts, so
    /// that the sums fit.
    static let given = Statement(
        """
        SELECT invoice, sum(fee)::bigint, sum(tax)::bigint, sum(amount - fee - tax)::bigint
        FROM credit_note
        WHERE invoice = ANY ($1::uuid[]) AND status <> 'voided'
        GROUP BY invoice
        """)

    static let insert = Statement(
        """
        INSERT INTO credit_note (id, tenant, refund, saga, payment, invoice, amount, currency, fee,
                                 tax)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[],
                             $6::uuid[], $7::bigint[], $8::text[], $9::bigint[], $10::bigint[])
        """)

    static let void = Statement(
        """
        UPDATE credit_note SET status = 'voided', voided_at = statement_timestamp()
        WHERE id = ANY ($1::uuid[])
        """)

    /// Takes a range of numbers for each tenant, and with it the lock that keeps them gapless.
    static let takeNumbers = Statement(
        """
        INSERT INTO credit_note_counter AS counter (tenant, last)
        SELECT tenant, wanted FROM unnest($1::text[], $2::bigint[]) AS batch (tenant, wanted)
        ORDER BY tenant
        ON CONFLICT (tenant) DO UPDATE SET last = counter.last + excluded.last
        RETURNING tenant, last
        """)

    /// The time is read after the counter's lock is held: later numbers are never settled earlier.
    static let settle = Statement(
        """
        UPDATE credit_note
        SET status = 'settled', number = fresh.number, settled_at = statement_timestamp()
        FROM unnest($1::uuid[], $2::bigint[]) AS fresh (id, number)
        WHERE credit_note.id = fresh.id AND credit_note.id = ANY ($1)
        """)
}
