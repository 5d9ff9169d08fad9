-- Steps may be asked side by side: progress says what stands and what is outstanding, and each
-- outstanding step has its own time.

ALTER TABLE saga
    -- When the time of each outstanding step is up: index of the step to milliseconds of age.
    ADD COLUMN deadlines jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT saga_check,
    DROP CONSTRAINT saga_check1,
    ADD CONSTRAINT saga_ended_has_a_time
        CHECK ((phase IN ('succeeded', 'compensated')) = (ended_at IS NOT NULL)),
    -- While a person is waited for, the time of other steps may run.
    ADD CONSTRAINT saga_under_way_has_a_deadline CHECK (
        CASE WHEN phase IN ('running', 'compensating') THEN next_deadline IS NOT NULL
             WHEN phase IN ('succeeded', 'compensated') THEN next_deadline IS NULL
             ELSE true END);

-- Sagas under way were at one step: all before it stand, and it does too where it is being undone.
UPDATE saga
SET progress = jsonb_strip_nulls(jsonb_build_object(
        'phase', progress ->> 'phase',
        'standing', coalesce((
            SELECT jsonb_agg(step)
            FROM generate_series(
                0,
                CASE progress ->> 'phase'
                    WHEN 'running' THEN (progress ->> 'step')::int - 1
                    WHEN 'compensating' THEN (progress ->> 'step')::int
                    ELSE -1 END) AS step), '[]'),
        'requests', CASE WHEN ended_at IS NULL
            THEN jsonb_build_array(jsonb_build_object(
                'step', progress -> 'step', 'attempt', progress -> 'attempt',
                'waiting', progress -> 'waiting'))
            ELSE '[]' END,
        'failure', progress -> 'failure')),
    deadlines = CASE WHEN next_deadline IS NULL THEN '{}'
        ELSE jsonb_build_object(
            progress ->> 'step',
            (extract(epoch FROM next_deadline - created_at) * 1000)::bigint) END;

-- Lists, newest first.
CREATE INDEX saga_of_tenant ON saga (tenant, id DESC);
CREATE INDEX saga_open_by_phase ON saga (tenant, phase, id DESC) WHERE ended_at IS NULL;
