-- Credit notes: what goes back of an invoice when its payment is refunded.

-- One per refund: open while the refund is under way, then settled or voided for good.
CREATE TABLE credit_note (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    refund uuid NOT NULL UNIQUE,
    saga uuid NOT NULL UNIQUE,
    payment uuid NOT NULL,
    invoice uuid NOT NULL REFERENCES invoice,
    -- What is given back of the payment; fee and tax are parts of it.
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 99999999999999),
    currency text NOT NULL,
    fee bigint NOT NULL CHECK (fee >= 0),
    tax bigint NOT NULL CHECK (tax >= 0),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'voided', 'settled')),
    number bigint CHECK (number >= 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    voided_at timestamptz,
    UNIQUE (tenant, number),
    CONSTRAINT credit_note_within_amount CHECK (fee + tax <= amount),
    CONSTRAINT credit_note_numbered_when_settled
        CHECK ((number IS NOT NULL) = (status = 'settled')),
    CONSTRAINT credit_note_settled_at_known CHECK ((settled_at IS NOT NULL) = (status = 'settled')),
    CONSTRAINT credit_note_voided_at_known CHECK ((voided_at IS NOT NULL) = (status = 'voided'))
);

CREATE INDEX credit_note_by_tenant ON credit_note (tenant, id);
CREATE INDEX credit_note_by_payment ON credit_note (payment);
-- Answers what an invoice has given back from the index alone.
CREATE INDEX credit_note_live ON credit_note (invoice) INCLUDE (amount, fee, tax)
    WHERE status <> 'voided';

-- The last credit note number given; like invoice_counter, in a series of its own.
CREATE TABLE credit_note_counter (
    tenant text PRIMARY KEY,
    last bigint NOT NULL CHECK (last >= 1)
);

CREATE TRIGGER credit_note_kept BEFORE DELETE OR TRUNCATE ON credit_note
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_note_counter_kept BEFORE DELETE OR TRUNCATE ON credit_note_counter
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A credit note begins open, ends once, and nothing else of it ever changes.
CREATE FUNCTION refuse_credit_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'credit note % may not become %', NEW.id, NEW.status
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER credit_note_begins_open BEFORE INSERT ON credit_note
    FOR EACH ROW WHEN (NEW.status <> 'open')
    EXECUTE FUNCTION refuse_credit_note_change();

CREATE TRIGGER credit_note_ends_once BEFORE UPDATE ON credit_note
    FOR EACH ROW WHEN (
        OLD.status <> 'open' OR NEW.status = 'open'
        OR (NEW.id, NEW.tenant, NEW.refund, NEW.saga, NEW.payment, NEW.invoice, NEW.amount,
            NEW.currency, NEW.fee, NEW.tax, NEW.created_at)
        IS DISTINCT FROM
           (OLD.id, OLD.tenant, OLD.refund, OLD.saga, OLD.payment, OLD.invoice, OLD.amount,
            OLD.currency, OLD.fee, OLD.tax, OLD.created_at))
    EXECUTE FUNCTION refuse_credit_note_change();

-- No part of an invoice is given back twice. The invoice's row is locked, so that two transactions
-- cannot each see room for themselves.
CREATE FUNCTION refuse_excess_credit() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
DECLARE
    exceeded uuid;
BEGIN
    PERFORM FROM public.invoice
    WHERE id IN (SELECT fresh.invoice FROM fresh) ORDER BY id FOR NO KEY UPDATE;

    SELECT fresh.id INTO exceeded
    FROM fresh
    JOIN public.invoice ON invoice.id = fresh.invoice
    CROSS JOIN LATERAL (
        SELECT sum(amount) AS amount, sum(fee) AS fee, sum(tax) AS tax
        FROM public.credit_note
        WHERE credit_note.invoice = fresh.invoice AND status <> 'voided') AS live
    WHERE (invoice.tenant, invoice.payment, invoice.currency, invoice.status)
            <> (fresh.tenant, fresh.payment, fresh.currency, 'settled')
       OR live.amount > invoice.amount OR live.fee > invoice.fee OR live.tax > invoice.tax
       OR live.amount - live.fee - live.tax > invoice.amount - invoice.fee - invoice.tax
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'credit note % gives back what its invoice does not have', exceeded
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_note_within_invoice';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER credit_note_within_invoice AFTER INSERT ON credit_note
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_excess_credit();

-- At commit, every number that the counter gave must be on a credit note.
CREATE FUNCTION refuse_credit_note_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken_from bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        taken_from := OLD.last;
    END IF;
    IF NEW.last - taken_from <> (
        SELECT count(*) FROM credit_note
        WHERE tenant = NEW.tenant AND number > taken_from AND number <= NEW.last)
    THEN
        RAISE EXCEPTION 'credit note numbers % to % of tenant % are not all used',
            taken_from + 1, NEW.last, NEW.tenant
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER credit_note_counter_gapless
    AFTER INSERT OR UPDATE ON credit_note_counter
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_credit_note_gap();

GRANT SELECT, INSERT, UPDATE (status, number, settled_at, voided_at) ON credit_note
    TO farthing_service;
GRANT SELECT, INSERT, UPDATE (last) ON credit_note_counter TO farthing_service;
