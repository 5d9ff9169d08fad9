-- Balances, transfers and entries are written by one statement, and are checked when it ends.
--
-- Before, an account was written by one statement and its entries by the next, so that what holds
-- between them could only be looked at when the transaction committed: row by row, since only row
-- triggers can wait, which cost a quarter of the database's work for a transfer. The triggers of one
-- statement all fire after everything that it writes, and see it whole, for all rows at once.

DROP TRIGGER transfer_balanced ON transfer;
DROP TRIGGER account_matches_entries ON account;
DROP TRIGGER account_opened_empty ON account;
DROP FUNCTION check_account;

-- Invariant 1, but for the sums, which check_entries looks at: a transfer has entries.
CREATE OR REPLACE FUNCTION check_transfer() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT added.id INTO wrong
      FROM added
     WHERE NOT EXISTS (SELECT FROM public.entry WHERE entry.transfer = added.id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % has no entries', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER transfer_balanced AFTER INSERT ON transfer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_transfer();

-- Invariant 2 from the account's side: a balance moves only with entries, and the last of them is
-- what it says. That no entry has a later version, check_entries looks at.
CREATE FUNCTION check_accounts() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT after.id INTO wrong
      FROM after
      JOIN before ON before.id = after.id
      LEFT JOIN public.entry AS last
        ON last.account = after.id AND last.version = after.version
     WHERE (before.posted, before.version, before.chain_at, before.displaced)
           IS DISTINCT FROM (after.posted, after.version, after.chain_at, after.displaced)
       AND (last.balance_after, last.chain_at, last.displaced)
           IS DISTINCT FROM (after.posted, after.chain_at, after.displaced)
        OR after.recorded_at < before.recorded_at OR after.recorded_at < last.created_at
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the balance of account % is not that of its last entry', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_entries';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER account_matches_entries AFTER UPDATE ON account
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION check_accounts();

CREATE FUNCTION check_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'account % does not begin empty', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_opened_empty';
END $$;

CREATE TRIGGER account_opened_empty BEFORE INSERT ON account FOR EACH ROW
    WHEN (NEW.posted <> 0 OR NEW.held <> 0 OR NEW.version <> 0 OR NEW.displaced <> 0
          OR NEW.chain_at <> '1900-01-01 00:00:00Z')
    EXECUTE FUNCTION check_opening();

-- However large the tables grow, and whatever plan the session keeps: one look-up a row.
ALTER FUNCTION check_entries SET enable_mergejoin = off;
ALTER FUNCTION check_entries SET enable_hashjoin = off;
ALTER FUNCTION check_given_back SET enable_mergejoin = off;
ALTER FUNCTION check_given_back SET enable_hashjoin = off;
