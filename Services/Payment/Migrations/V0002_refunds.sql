-- A refund is what a client asked to be given back of a payment, and how that ended.

CREATE TABLE refund (
    id             uuid PRIMARY KEY,
    tenant         text NOT NULL,
    payment        uuid NOT NULL REFERENCES payment (id),
    saga           uuid NOT NULL UNIQUE REFERENCES saga (id),
    status         text NOT NULL DEFAULT 'processing'
                   CHECK (status IN ('processing', 'succeeded', 'failed')),
    amount         bigint NOT NULL CHECK (amount BETWEEN 1 AND 99999999999999),
    currency       text NOT NULL,
    reason         text,
    reference      text,
    metadata       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    fee            bigint,
    tax            bigint,
    transfer       uuid,
    credit_note    uuid,
    failure_code   text,
    failure_step   text,
    failure_detail text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,

    CONSTRAINT ended_has_a_time CHECK ((status = 'processing') = (ended_at IS NULL)),
    CONSTRAINT success_has_its_results CHECK (
        CASE WHEN status = 'succeeded'
             THEN num_nulls(fee, tax, transfer, credit_note) = 0
                  AND fee >= 0 AND tax >= 0 AND fee + tax <= amount
             ELSE num_nonnulls(fee, tax, transfer, credit_note) = 0 END),
    CONSTRAINT failure_has_its_reason CHECK (
        CASE WHEN status = 'failed'
             THEN num_nulls(failure_code, failure_step, failure_detail) = 0
             ELSE num_nonnulls(failure_code, failure_step, failure_detail) = 0 END)
);

CREATE INDEX refund_of_tenant ON refund (tenant, id DESC);
CREATE INDEX refund_by_reference ON refund (tenant, reference, id DESC)
    WHERE reference IS NOT NULL;
CREATE INDEX refund_by_status ON refund (tenant, status, id DESC);
-- Answers what a payment has given back, or may yet, from the index alone.
CREATE INDEX refund_of_payment ON refund (payment, id DESC) INCLUDE (status, amount);

-- What was asked for is never changed; how it ended is written once.
GRANT SELECT, INSERT ON refund TO farthing_service;
GRANT UPDATE (status, fee, tax, transfer, credit_note, failure_code, failure_step, failure_detail,
              ended_at)
    ON refund TO farthing_service;

CREATE FUNCTION refund_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'processing' THEN
        RAISE EXCEPTION 'refund % is % already', OLD.id, OLD.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER refund_ends_once BEFORE UPDATE ON refund
    FOR EACH ROW EXECUTE FUNCTION refund_ends_once();

CREATE TRIGGER refund_is_kept BEFORE DELETE OR TRUNCATE ON refund
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Refunds that did not fail are never more than the payment, which succeeded. The payment's row is
-- locked, so that two transactions cannot each see room for themselves.
CREATE FUNCTION refund_is_within_payment() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.payment WHERE id = NEW.payment FOR NO KEY UPDATE;
    PERFORM FROM public.payment
    WHERE id = NEW.payment AND tenant = NEW.tenant AND currency = NEW.currency
      AND status = 'succeeded'
      AND amount >= (
        SELECT sum(refund.amount) FROM public.refund
        WHERE refund.payment = NEW.payment AND refund.status <> 'failed');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'refund % gives back what payment % does not have', NEW.id, NEW.payment
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_within_payment';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER refund_within_payment AFTER INSERT ON refund
    FOR EACH ROW EXECUTE FUNCTION refund_is_within_payment();
