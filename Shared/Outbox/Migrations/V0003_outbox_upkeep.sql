-- The outbox's past: old messages go with whole partitions, so that nothing is ever left to vacuum,
-- and messages that Kafka refuses are kept apart.

-- Since when every message is still in the outbox. What is older may have been dropped.
CREATE TABLE outbox_kept (
    single boolean     PRIMARY KEY DEFAULT true CHECK (single),
    since  timestamptz NOT NULL
);

INSERT INTO outbox_kept (since) VALUES ('-infinity');

-- The partitions and their bounds, as Postgres writes and reads them; the default one has none.
CREATE VIEW outbox_partition AS
SELECT child.oid::regclass AS partition,
       (regexp_match(bound, 'FROM \(''([^'']+)''\)'))[1]::timestamptz AS begins,
       (regexp_match(bound, 'TO \(''([^'']+)''\)'))[1]::timestamptz AS ends,
       bound = 'DEFAULT' AS is_default
FROM pg_inherits
JOIN pg_class AS child ON child.oid = inhrelid
CROSS JOIN LATERAL pg_get_expr(child.relpartbound, child.oid) AS bound
WHERE inhparent = 'public.outbox'::regclass;

-- Makes the partitions that are missing among the next ones; tells how many it made.
--
-- Beside working writers: a table is made first and attached then, which no INSERT waits for. Never
-- the present one: a message that was on its way to outbox_default when its time gets a partition
-- is refused by both. What is written before the first partition begins lies in outbox_default, and
-- so does what a clock gone astray dates in the future: that time is left to it.
CREATE FUNCTION outbox_make_partitions(width_seconds bigint, ahead bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public SET timezone = 'UTC' SET datestyle = 'ISO'
    SET lock_timeout = '1s' AS $$
DECLARE
    width    interval := make_interval(secs => width_seconds);
    epoch    timestamptz := '2000-01-01 00:00Z';
    soon     timestamptz := clock_timestamp() + interval '1 min';
    starting timestamptz := date_bin(width, soon, epoch) + width;
    last     timestamptz := starting + width * (ahead - 1);
    ending   timestamptz;
    covered  timestamptz;
    made     bigint := 0;
    name     text;
BEGIN
    IF width_seconds < 60 OR ahead NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'no partitions of % s, % ahead', width_seconds, ahead
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('farthing outbox upkeep')) THEN RETURN 0; END IF;
    -- After narrower ones, where those end.
    SELECT least(starting, min(ends)) INTO starting
    FROM public.outbox_partition WHERE ends > soon;
    WHILE starting <= last LOOP
        SELECT ends INTO covered FROM public.outbox_partition
        WHERE begins <= starting AND starting < ends;
        IF FOUND THEN
            starting := covered;
            CONTINUE;
        END IF;
        SELECT least(date_bin(width, starting, epoch) + width, min(begins)) INTO ending
        FROM public.outbox_partition WHERE begins > starting;
        PERFORM FROM public.outbox_default WHERE created_at >= starting AND created_at < ending;
        IF NOT FOUND THEN
            name := 'outbox_' || to_char(starting, 'YYYYMMDD_HH24MISS');
            EXECUTE format('CREATE TABLE public.%I (LIKE public.outbox INCLUDING DEFAULTS '
                           'INCLUDING CONSTRAINTS INCLUDING STORAGE)', name);
            EXECUTE format('ALTER TABLE public.outbox ATTACH PARTITION public.%I '
                           'FOR VALUES FROM (%L) TO (%L)', name, starting, ending);
            made := made + 1;
        END IF;
        starting := ending;
    END LOOP;
    RETURN made;
END
$$;

-- Empties every partition whose messages are all older than that and all in Kafka, as every
-- relay's checkpoint says, and drops it; tells how many were emptied.
--
-- A drop needs a lock that every INSERT waits behind, so it is tried for a moment only: an empty
-- partition may as well be dropped another time.
CREATE FUNCTION outbox_drop_partitions(age_seconds bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public SET timezone = 'UTC' SET datestyle = 'ISO'
    SET lock_timeout = '1s' AS $$
DECLARE
    oldest  timestamptz := clock_timestamp() - make_interval(secs => age_seconds);
    below   xid8;
    old     record;
    skipped boolean;
    latest  timestamptz;
    emptied bigint := 0;
BEGIN
    IF age_seconds < 3600 THEN
        RAISE EXCEPTION 'the outbox is kept for an hour at least, not for % s', age_seconds
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('farthing outbox upkeep')) THEN RETURN 0; END IF;
    SELECT min(published_below) INTO below FROM public.relay_checkpoint
    -- What is still to come in this cluster was remembered in another.
    HAVING max(published_below) <= pg_snapshot_xmax(pg_current_snapshot());
    IF below IS NULL THEN RETURN 0; END IF;

    FOR old IN
        SELECT partition, ends FROM public.outbox_partition WHERE is_default OR ends <= oldest
        ORDER BY ends
    LOOP
        BEGIN
            -- Looked at twice: the second time nobody can add to it, and no other is kept waiting
            -- for a partition that is not to be emptied.
            FOR attempt IN 1..2 LOOP
                EXECUTE format('SELECT NOT EXISTS (SELECT FROM %1$s) OR EXISTS '
                               '(SELECT FROM %1$s WHERE xid >= $1 OR created_at >= $2)',
                               old.partition) INTO skipped USING below, oldest;
                EXIT WHEN skipped;
                IF attempt = 1 THEN
                    EXECUTE format('LOCK TABLE %s IN SHARE MODE', old.partition);
                END IF;
            END LOOP;
            CONTINUE WHEN skipped;
            latest := old.ends;
            IF latest IS NULL THEN
                SELECT max(created_at) + interval '1 us' INTO latest FROM public.outbox_default;
            END IF;
            EXECUTE format('TRUNCATE %s', old.partition);
            UPDATE public.outbox_kept SET since = greatest(since, latest);
            emptied := emptied + 1;
        EXCEPTION WHEN lock_not_available THEN CONTINUE;
        END;
    END LOOP;

    PERFORM set_config('lock_timeout', '50ms', true);
    FOR old IN
        SELECT partition FROM public.outbox_partition WHERE ends <= oldest ORDER BY ends
    LOOP
        BEGIN
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', old.partition) INTO skipped;
            CONTINUE WHEN skipped;
            EXECUTE format('DROP TABLE %s', old.partition);
        EXCEPTION WHEN lock_not_available THEN EXIT;
        END;
    END LOOP;
    RETURN emptied;
END
$$;

-- What the relay could not publish, each with its own reason, and what came later under the same
-- key, or of the same topic where the topic is at fault, with the reason 'behind'. In the order of
-- `number` they are published once they are released; those that are behind are released with what
-- they stand behind.
CREATE TABLE outbox_parked (
    slot       text        NOT NULL,
    number     bigint      GENERATED ALWAYS AS IDENTITY,
    id         text        NOT NULL,
    topic      text        NOT NULL,
    key        text,
    type       text,
    payload    bytea,
    headers    text        NOT NULL,
    created_at timestamptz NOT NULL,
    position   bigint,
    reason     text        NOT NULL,
    detail     text        NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    released   boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (slot, id)
);

CREATE INDEX outbox_parked_in_order ON outbox_parked (slot, released, number);
CREATE INDEX outbox_parked_at_fault ON outbox_parked (slot, topic, key)
    WHERE reason <> 'behind';

REVOKE ALL ON FUNCTION outbox_make_partitions, outbox_drop_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_make_partitions, outbox_drop_partitions TO farthing_relay;
GRANT SELECT ON outbox_partition, outbox_kept TO farthing_relay, farthing_service;
GRANT SELECT ON outbox_parked TO farthing_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_parked TO farthing_relay;
