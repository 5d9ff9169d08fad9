-- The transactional outbox, the inbox and the participant's barrier: the same in every service.

-- Refuses what its trigger fires on: the second wall behind the missing grant, for tables whose
-- rows are facts.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END
$$;

-- What this service has to say to others. Rows are inserted in the transaction of the change that
-- they tell of and are removed by dropping old partitions. The column names are those of Debezium's
-- EventRouter, so that Debezium can stand in for the relay.
CREATE TABLE outbox (
    position      bigint      GENERATED ALWAYS AS IDENTITY,
    id            uuid        NOT NULL,
    topic         text        NOT NULL,
    aggregatetype text        NOT NULL,
    aggregateid   text        NOT NULL, -- the Kafka key
    type          text        NOT NULL,
    payload       bytea       NOT NULL,
    headers       jsonb       NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    xid           xid8        NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;

-- A row trigger, because a statement trigger would not fire for an UPDATE of a partition.
CREATE TRIGGER outbox_never_changes BEFORE UPDATE ON outbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE PUBLICATION farthing_outbox FOR TABLE outbox
    WITH (publish = 'insert', publish_via_partition_root = true);

-- Which messages were received: what is here is not handled again.
CREATE TABLE inbox (
    message_id  uuid        PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TRIGGER inbox_never_changes BEFORE UPDATE ON inbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How each command was answered. Without a reply the row is a tombstone: the undo came first, and
-- the action that may still come is refused.
CREATE TABLE barrier (
    saga       uuid        NOT NULL,
    step       text        NOT NULL,
    direction  text        NOT NULL CHECK (direction IN ('action', 'compensation')),
    outcome    text        NOT NULL CHECK (outcome IN ('done', 'refused', 'undone-before-done')),
    reply_type text,
    reply      bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (saga, step, direction),
    CHECK ((outcome = 'undone-before-done') = (reply IS NULL)),
    CHECK ((reply_type IS NULL) = (reply IS NULL))
);

CREATE TRIGGER barrier_never_changes BEFORE UPDATE OR DELETE ON barrier
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER barrier_never_emptied BEFORE TRUNCATE ON barrier
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Fails a transaction that decided on what another one has changed meanwhile, with the SQLSTATE
-- upon which it is run again.
CREATE FUNCTION barrier_overtaken() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'another transaction answered the same command meanwhile'
        USING ERRCODE = 'serialization_failure';
END
$$;

-- How far a relay has come: every transaction below `published_below` is in Kafka.
CREATE TABLE relay_checkpoint (
    slot            text        PRIMARY KEY,
    published_below xid8        NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp()
);

GRANT SELECT, INSERT ON outbox, inbox, barrier TO farthing_service;
GRANT SELECT ON outbox TO farthing_relay;
GRANT SELECT, INSERT, UPDATE ON relay_checkpoint TO farthing_relay;
