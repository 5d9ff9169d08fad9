-- A payment is what a client asked for and how it ended. How it gets there is its saga.

CREATE TABLE payment (
    id             uuid PRIMARY KEY,
    tenant         text NOT NULL,
    saga           uuid NOT NULL UNIQUE REFERENCES saga (id),
    status         text NOT NULL DEFAULT 'processing'
                   CHECK (status IN ('processing', 'succeeded', 'failed')),
    amount         bigint NOT NULL CHECK (amount BETWEEN 1 AND 99999999999999),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    source         uuid NOT NULL,
    destination    uuid NOT NULL CHECK (destination <> source),
    customer       uuid,
    description    text,
    reference      text,
    metadata       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    fee            bigint,
    tax            bigint,
    transfer       uuid,
    invoice        uuid,
    failure_code   text,
    failure_step   text,
    failure_detail text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,

    CONSTRAINT ended_has_a_time CHECK ((status = 'processing') = (ended_at IS NULL)),
    CONSTRAINT success_has_its_results CHECK (
        CASE WHEN status = 'succeeded'
             THEN num_nulls(fee, tax, transfer, invoice) = 0
                  AND fee >= 0 AND tax >= 0 AND fee + tax <= amount
             ELSE num_nonnulls(fee, tax, transfer, invoice) = 0 END),
    CONSTRAINT failure_has_its_reason CHECK (
        CASE WHEN status = 'failed'
             THEN num_nulls(failure_code, failure_step, failure_detail) = 0
             ELSE num_nonnulls(failure_code, failure_step, failure_detail) = 0 END)
);

-- Ids are UUIDv7, so newest first is descending by id: a list needs no other sort key.
CREATE INDEX payment_of_tenant ON payment (tenant, id DESC);
CREATE INDEX payment_by_reference ON payment (tenant, reference, id DESC)
    WHERE reference IS NOT NULL;
CREATE INDEX payment_by_status ON payment (tenant, status, id DESC);

-- What was asked for is never changed; how it ended is written once.
GRANT SELECT, INSERT ON payment TO farthing_service;
GRANT UPDATE (status, fee, tax, transfer, invoice, failure_code, failure_step, failure_detail,
              ended_at)
    ON payment TO farthing_service;

CREATE FUNCTION payment_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'processing' THEN
        RAISE EXCEPTION 'payment % is % already', OLD.id, OLD.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payment_ends_once BEFORE UPDATE ON payment
    FOR EACH ROW EXECUTE FUNCTION payment_ends_once();

CREATE TRIGGER payment_is_kept BEFORE DELETE OR TRUNCATE ON payment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
