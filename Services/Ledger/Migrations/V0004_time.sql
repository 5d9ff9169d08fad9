-- Two axes of time: when something was recorded, and when it took effect.
--
-- Known axis. `created_at` is read from the clock once every lock of a batch is held, and never runs
-- backwards along an account's versions. What was known at a moment is therefore the last version
-- recorded until then: a binary search over the primary key, and the answer never changes.
--
-- Effective axis. Nearly every entry takes effect in the order in which entries are recorded. Those
-- form a chain along the versions, again searched by the primary key: `chain_at` is the time up to
-- which the chain had come at a version, and `balance_after - displaced` what it had summed to. An
-- entry that was dated back behind the chain, or ahead of the clock, is displaced: it is summed in
-- `displacement`, a tree over time with 256 children a node, so that what took effect until a moment
-- is at most 7 × 255 rows away, however many entries there are.

ALTER TABLE account
    -- Of the last entry, or of the last change: no later one is recorded before it.
    ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now(),
    -- Of the last entry; the ledger knows no time before 1900.
    ADD COLUMN chain_at timestamptz NOT NULL DEFAULT '1900-01-01 00:00:00Z',
    ADD COLUMN displaced bigint NOT NULL DEFAULT 0;

ALTER TABLE entry
    ADD COLUMN effective_at timestamptz NOT NULL DEFAULT now(),
    -- How far the chain had come with this entry; its own time, unless it is displaced.
    ADD COLUMN chain_at timestamptz NOT NULL DEFAULT now(),
    -- Sum of the displaced entries so far, in the account's normal direction.
    ADD COLUMN displaced bigint NOT NULL DEFAULT 0;

-- What was recorded under the first version knew one axis only, and its times were those of the
-- transactions' beginnings: put in order here, once.
ALTER TABLE entry DISABLE TRIGGER USER;
UPDATE entry
   SET created_at = ordered.at, effective_at = ordered.at, chain_at = ordered.at
  FROM (SELECT account, version,
               max(created_at) OVER (PARTITION BY account ORDER BY version) AS at
          FROM entry) AS ordered
 WHERE ordered.account = entry.account AND ordered.version = entry.version;
ALTER TABLE entry ENABLE TRIGGER USER;
UPDATE account
   SET recorded_at = entry.created_at, chain_at = entry.chain_at
  FROM entry
 WHERE entry.account = account.id AND entry.version = account.version;

CREATE INDEX entry_displaced ON entry (account, effective_at, version)
    WHERE effective_at <> chain_at;

-- Sums of displaced entries. Level 0 is a microsecond, and a bucket of each level after it is 256 of
-- the one before; level 6 is nine years.
CREATE TABLE displacement (
    account uuid NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 6),
    bucket bigint NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (account, level, bucket)
);

CREATE FUNCTION microseconds(moment timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (extract(epoch FROM moment) * 1000000)::bigint;

-- The owner's, so that the service cannot write these sums by hand.
CREATE FUNCTION sum_displaced() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM FROM added WHERE effective_at <> chain_at LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO displacement AS known (account, level, bucket, amount)
    SELECT added.account, level, microseconds(added.effective_at) >> (8 * level),
           sum(CASE WHEN (added.side = 'debit') = (account.kind IN ('asset', 'expense'))
                    THEN added.amount ELSE -added.amount END)
      FROM added
      JOIN account ON account.id = added.account
     CROSS JOIN generate_series(0, 6) AS level
     WHERE added.effective_at <> added.chain_at
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3
    ON CONFLICT (account, level, bucket) DO UPDATE SET amount = known.amount + EXCLUDED.amount;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_displaced AFTER INSERT ON entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sum_displaced();

-- As before, and also: an entry is recorded and takes effect with its transfer, its account's times
-- do not run backwards, and it either continues the chain or adds to what is displaced.
CREATE OR REPLACE FUNCTION check_entries() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT entry.account, entry.version INTO wrong
      FROM (SELECT added.*,
                   CASE WHEN (added.side = 'debit') = (account.kind IN ('asset', 'expense'))
                        THEN added.amount ELSE -added.amount END AS change,
                   account.version AS account_version, account.posted,
                   previous.version AS previous_version,
                   coalesce(previous.balance_after, 0) AS balance_before,
                   coalesce(previous.created_at, '-infinity') AS created_before,
                   coalesce(previous.chain_at, '1900-01-01 00:00:00Z') AS chain_before,
                   coalesce(previous.displaced, 0) AS displaced_before
              FROM added
              LEFT JOIN public.transfer
                ON transfer.id = added.transfer AND transfer.tenant = added.tenant
               AND transfer.created_at = added.created_at
               AND transfer.effective_at = added.effective_at
               AND transfer.xmin = pg_current_xact_id()::xid
              LEFT JOIN public.account
                ON account.id = added.account AND account.tenant = added.tenant
               AND account.currency = added.currency AND transfer.id IS NOT NULL
              LEFT JOIN public.entry AS previous
                ON previous.account = added.account AND previous.version = added.version - 1
           ) AS entry
     WHERE entry.account_version IS NULL
        OR (entry.version > 1 AND entry.previous_version IS NULL)
        OR entry.balance_after <> entry.balance_before + entry.change
        OR entry.version > entry.account_version
        OR (entry.version = entry.account_version AND entry.balance_after <> entry.posted)
        OR entry.created_at < entry.created_before
        OR entry.created_at > clock_timestamp() + interval '1 hour'
        OR NOT CASE WHEN entry.effective_at = entry.chain_at
                    THEN entry.chain_at BETWEEN entry.chain_before AND entry.created_at
                         AND entry.displaced = entry.displaced_before
                    ELSE entry.chain_at = entry.chain_before
                         AND entry.displaced = entry.displaced_before + entry.change END
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % of account % does not fit its transfer, its account or the entry '
            'before it', wrong.version, wrong.account
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    END IF;

    SELECT added.transfer INTO wrong
      FROM added
     GROUP BY added.transfer, added.currency
    HAVING sum(CASE added.side WHEN 'debit' THEN added.amount ELSE -added.amount END) <> 0
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % does not balance', wrong.transfer
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    RETURN NULL;
END $$;

-- As before, and also: the account's times and its displaced sum are those of its last entry.
CREATE OR REPLACE FUNCTION check_account() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.account
      LEFT JOIN LATERAL (
        SELECT version, balance_after, created_at, chain_at, displaced
          FROM public.entry
         WHERE entry.account = NEW.id
         ORDER BY version DESC
         LIMIT 1) AS last ON true
     WHERE account.id = NEW.id
       AND account.version = coalesce(last.version, 0)
       AND account.posted = coalesce(last.balance_after, 0)
       AND account.recorded_at >= coalesce(last.created_at, '-infinity')
       AND account.chain_at = coalesce(last.chain_at, '1900-01-01 00:00:00Z')
       AND account.displaced = coalesce(last.displaced, 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the balance of account % is not that of its last entry', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_entries';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER account_matches_entries ON account;
CREATE CONSTRAINT TRIGGER account_matches_entries AFTER UPDATE ON account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.posted <> NEW.posted OR OLD.version <> NEW.version
          OR OLD.recorded_at > NEW.recorded_at OR OLD.chain_at <> NEW.chain_at
          OR OLD.displaced <> NEW.displaced)
    EXECUTE FUNCTION check_account();

DROP TRIGGER account_opened_empty ON account;
CREATE CONSTRAINT TRIGGER account_opened_empty AFTER INSERT ON account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.posted <> 0 OR NEW.version <> 0 OR NEW.displaced <> 0
          OR NEW.chain_at <> '1900-01-01 00:00:00Z')
    EXECUTE FUNCTION check_account();

-- The last version that was recorded until a moment, or whose chain had come no further; 0 if there
-- is none. Both times never run backwards along the versions, so halving finds it.
CREATE FUNCTION entry_version_at(of_account uuid, moment timestamptz, axis text) RETURNS bigint
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
DECLARE
    low bigint := 0;
    high bigint := coalesce((SELECT version FROM public.account WHERE id = of_account), 0);
    middle bigint;
    at timestamptz;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT CASE axis WHEN 'known' THEN created_at ELSE chain_at END INTO at
          FROM public.entry WHERE account = of_account AND version = middle;
        IF at <= moment THEN low := middle; ELSE high := middle - 1; END IF;
    END LOOP;
    RETURN low;
END $$;

-- Sum of the displaced entries of an account that had taken effect at a moment.
CREATE FUNCTION displaced_until(of_account uuid, moment timestamptz) RETURNS bigint
    LANGUAGE sql STABLE
    RETURN (
        SELECT coalesce(sum(part.amount), 0)::bigint
          FROM generate_series(0, 6) AS level
         CROSS JOIN LATERAL (
            SELECT displacement.amount
              FROM displacement
             WHERE displacement.account = of_account AND displacement.level = level.level
               AND displacement.bucket >= CASE level.level WHEN 6 THEN -9223372036854775807
                   ELSE (microseconds(moment) >> (8 * (level.level + 1))) << 8 END
               AND displacement.bucket < (microseconds(moment) >> (8 * level.level))
                   + CASE level.level WHEN 0 THEN 1 ELSE 0 END) AS part);

-- The balance of an account at a moment, in its normal direction: as it was recorded until then, or
-- of what had taken effect by then.
CREATE FUNCTION balance_at(of_account uuid, moment timestamptz, axis text) RETURNS bigint
    LANGUAGE sql STABLE
    RETURN coalesce((
        SELECT CASE axis WHEN 'known' THEN entry.balance_after
                         ELSE entry.balance_after - entry.displaced END
          FROM entry
         WHERE entry.account = of_account
           AND entry.version = entry_version_at(of_account, moment, axis)), 0)
        + CASE axis WHEN 'known' THEN 0 ELSE displaced_until(of_account, moment) END;

GRANT UPDATE (recorded_at, chain_at, displaced) ON account TO farthing_service;
GRANT SELECT ON displacement TO farthing_service;
