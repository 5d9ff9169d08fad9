-- That a line belongs to an invoice is looked at once for all lines of a statement, where their sums
-- are looked at anyhow. The foreign key looked for each line on its own, and locked the invoice for
-- it: three more records in the log for a payment. No invoice ever goes, nor changes its id.

ALTER TABLE invoice_line DROP CONSTRAINT invoice_line_invoice_fkey;

CREATE OR REPLACE FUNCTION refuse_uneven_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    uneven uuid;
BEGIN
    IF TG_TABLE_NAME = 'invoice' THEN
        SELECT fresh.id INTO uneven FROM fresh
        WHERE fresh.fee + fresh.tax <> (
            SELECT coalesce(sum(line.amount), 0) FROM invoice_line line
            WHERE line.invoice = fresh.id)
        LIMIT 1;
    ELSE
        SELECT told.invoice INTO uneven
        FROM (SELECT DISTINCT fresh.invoice FROM fresh) AS told
        LEFT JOIN LATERAL (
            SELECT fee + tax AS total FROM invoice WHERE invoice.id = told.invoice LIMIT 1
        ) AS known ON true
        WHERE known.total IS DISTINCT FROM (
            SELECT sum(line.amount) FROM invoice_line line WHERE line.invoice = told.invoice)
        LIMIT 1;
    END IF;
    IF uneven IS NOT NULL THEN
        RAISE EXCEPTION 'lines of invoice % do not sum to its total', uneven
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- Room on its page for an invoice as it ended: one that has to go to another page is written to the
-- log twice.
ALTER TABLE invoice SET (fillfactor = 70);
