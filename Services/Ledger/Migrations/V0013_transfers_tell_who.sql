-- A transfer tells itself who posted it and upon which request.
--
-- Before, a line of the audit trail beside it said so: a row with three indexes that was sealed as a
-- fact of its own, for two words about another fact. Transfers from before still have their lines,
-- and no actor; the trail shows both.

ALTER TABLE transfer
    ADD COLUMN actor text,
    ADD COLUMN request_id text;

-- Whoever writes by hand is named as well.
ALTER TABLE transfer
    ALTER COLUMN actor SET DEFAULT session_user,
    ADD CONSTRAINT transfer_tells_who CHECK (actor IS NOT NULL) NOT VALID;

GRANT INSERT (actor, request_id) ON transfer TO farthing_service;
