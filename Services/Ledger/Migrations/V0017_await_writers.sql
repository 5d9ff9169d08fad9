-- Returns when every transaction has ended that had begun to write before.
--
-- Whoever records something holds a number before the clock is read, and numbers are given in order:
-- this transaction takes one, and waits until all that are lower have ended. What begins afterwards
-- is recorded after the moment of the call.
CREATE FUNCTION await_writers() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    own xid8 := pg_current_xact_id();
BEGIN
    WHILE pg_snapshot_xmin(pg_current_snapshot()) < own LOOP
        PERFORM pg_sleep(0.002);
    END LOOP;
END $$;
