-- What became of dead letters: an operator replays or discards each, once.

CREATE TABLE dead_letter_resolution (
    dead_letter bigint PRIMARY KEY REFERENCES dead_letters (id),
    resolution text NOT NULL CHECK (resolution IN ('replayed', 'discarded')),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TRIGGER dead_letters_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON dead_letters
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dead_letter_resolution_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON dead_letter_resolution
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What of a key still waits, in order.
CREATE INDEX dead_letters_by_key ON dead_letters (topic, key, id);

GRANT SELECT, INSERT ON dead_letter_resolution TO farthing_service;
-- For the lock that keeps a key parked, or freed, until a transaction has ended.
GRANT UPDATE (reason) ON parked_key TO farthing_service;
