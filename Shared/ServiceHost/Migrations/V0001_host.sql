-- What every service's HTTP edge and consumers keep beside the service's own tables.

-- One row per (tenant, operation, key): the request that used the key first, and the answer that
-- every repetition gets again. `resource` without an answer is a request that still waits for its
-- saga; the answer is filled in once and never changed.
CREATE TABLE idempotency_key (
    tenant text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    resource text,
    status smallint,
    location text,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, operation, key),
    CHECK ((status IS NULL) = (body IS NULL)),
    CHECK (status IS NOT NULL OR resource IS NOT NULL)
);

-- For the sweep of expired keys.
CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);

GRANT SELECT, INSERT, DELETE ON idempotency_key TO farthing_service;
GRANT UPDATE (status, location, body) ON idempotency_key TO farthing_service;

-- Messages that could not be processed, and those held back behind one of the same key.
CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    headers jsonb NOT NULL,
    payload bytea,
    digest bytea NOT NULL GENERATED ALWAYS AS (sha256(coalesce(payload, ''::bytea))) STORED,
    kind text NOT NULL CHECK (kind IN ('poison', 'undecodable', 'parked')),
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- A redelivered message is not written down twice. The digest tells it from another message
    -- at the same offset of a topic that was deleted and made again.
    UNIQUE (topic, partition, "offset", digest)
);

GRANT SELECT, INSERT ON dead_letters TO farthing_service;

-- Keys whose later messages wait in dead_letters until an operator replays or discards them, so
-- that what must stay in order stays in order.
CREATE TABLE parked_key (
    topic text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, key)
);

GRANT SELECT, INSERT, DELETE ON parked_key TO farthing_service;

-- Who did what, when, to what: written in the transaction of the change it tells of.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tenant text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    request_id text,
    detail jsonb NOT NULL
);

CREATE INDEX audit_subject ON audit (tenant, subject, id);

GRANT SELECT, INSERT ON audit TO farthing_service;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
