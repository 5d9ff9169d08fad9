-- Running and ended sagas, and what happened to each.

CREATE TABLE saga (
    id            uuid        PRIMARY KEY,
    definition    text        NOT NULL,
    tenant        text        NOT NULL,
    subject       text        NOT NULL, -- the id of the thing that the saga is about
    state         jsonb       NOT NULL, -- what the steps know
    progress      jsonb       NOT NULL, -- how far the engine is
    phase         text        NOT NULL CHECK (phase IN (
        'running', 'compensating', 'needs-intervention', 'succeeded', 'compensated')),
    traceparent   text,
    log_length    bigint      NOT NULL, -- the last sequence in saga_log
    next_deadline timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    CHECK ((phase IN ('succeeded', 'compensated')) = (ended_at IS NOT NULL)),
    CHECK ((phase IN ('running', 'compensating')) = (next_deadline IS NOT NULL))
);

-- The sweep for deadlines that have passed: only sagas under way have one.
CREATE INDEX saga_deadlines ON saga (definition, next_deadline) WHERE next_deadline IS NOT NULL;
-- What waits for a person.
CREATE INDEX saga_interventions ON saga (updated_at) WHERE phase = 'needs-intervention';

CREATE TABLE saga_log (
    saga      uuid        NOT NULL,
    sequence  bigint      NOT NULL, -- 1, 2, 3 … without a gap in each saga
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    step      text        NOT NULL,
    direction text        NOT NULL CHECK (direction IN ('action', 'compensation')),
    status    text        NOT NULL,
    attempt   bigint      NOT NULL,
    detail    text,
    PRIMARY KEY (saga, sequence)
);

CREATE TRIGGER saga_log_never_changes BEFORE UPDATE OR DELETE ON saga_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER saga_log_never_emptied BEFORE TRUNCATE ON saga_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON saga TO farthing_service;
GRANT SELECT, INSERT ON saga_log TO farthing_service;
