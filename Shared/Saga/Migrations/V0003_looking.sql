-- A saga that moves on touches no index until it ends: only then is its row written to a page where
-- it was, and every index spared (heap-only tuples). Its next deadline changes with each move, so
-- what is indexed is a time that is never later and changes hardly ever.

ALTER TABLE saga
    -- When to look whether a time is up: what was once the next deadline, which later ones follow.
    ADD COLUMN look_at timestamptz,
    -- Room for the next version of each row on its page.
    SET (fillfactor = 50);

UPDATE saga SET look_at = next_deadline WHERE next_deadline IS NOT NULL;

ALTER TABLE saga ADD CONSTRAINT saga_is_looked_at_in_time CHECK (
    CASE WHEN next_deadline IS NULL THEN look_at IS NULL
         ELSE look_at IS NOT NULL AND look_at <= next_deadline END);

DROP INDEX saga_deadlines;
CREATE INDEX saga_to_look_at ON saga (definition, look_at) WHERE look_at IS NOT NULL;

-- Lists by phase: what is under way is found by saga_to_look_at, and one index less is written for
-- every saga. What waits for a person was indexed by the time of its last move, which changes too.
DROP INDEX saga_open_by_phase;
DROP INDEX saga_interventions;
CREATE INDEX saga_interventions ON saga (tenant, id DESC) WHERE phase = 'needs-intervention';
