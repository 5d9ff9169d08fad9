-- Few holds follow another one. Those that do not stood in this index all the same, twice: as they
-- were placed, and as they were resolved.
ALTER TABLE hold DROP CONSTRAINT hold_follows_key;
CREATE UNIQUE INDEX hold_follows ON hold (follows) WHERE follows IS NOT NULL;
