-- Transfers that reverse others, and one more wall around the entries of a transfer.

ALTER TABLE transfer
    -- What it gives back, in full or in part.
    ADD COLUMN reverses uuid REFERENCES transfer (id),
    ADD CONSTRAINT transfer_reverses_another CHECK (reverses <> id);

CREATE INDEX transfer_reversals ON transfer (reverses) WHERE reverses IS NOT NULL;

-- A reversal takes from each account, on the other side, no more than the transfer moved there,
-- all its reversals together. They lock the same accounts, so that each sees those before it.
CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.transfer AS original
     WHERE original.id = NEW.reverses AND original.tenant = NEW.tenant
       AND original.reverses IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'transfer % reverses % of another tenant, or what is a reversal itself',
            NEW.id, NEW.reverses
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_reversed_within';
    END IF;

    PERFORM FROM (
        SELECT back.account, back.side, back.currency, sum(back.amount) AS amount
          FROM public.transfer AS reversal
          JOIN public.entry AS back ON back.transfer = reversal.id
         WHERE reversal.reverses = NEW.reverses
         GROUP BY back.account, back.side, back.currency) AS given
     WHERE given.amount > (
        SELECT coalesce(sum(entry.amount), 0)
          FROM public.entry
         WHERE entry.transfer = NEW.reverses AND entry.account = given.account
           AND entry.side <> given.side AND entry.currency = given.currency);
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % gives back more than % moved', NEW.id, NEW.reverses
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_reversed_within';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER transfer_reversed_within AFTER INSERT ON transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.reverses IS NOT NULL) EXECUTE FUNCTION check_reversal();

-- As before, and also: what one statement adds to a transfer balances in itself. So a transfer
-- balances after every statement, whatever is deferred and whatever SET CONSTRAINTS says.
CREATE OR REPLACE FUNCTION check_entries() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT added.account, added.version INTO wrong
      FROM added
      LEFT JOIN public.transfer
        ON transfer.id = added.transfer AND transfer.tenant = added.tenant
       AND transfer.xmin = pg_current_xact_id()::xid
      LEFT JOIN public.account
        ON account.id = added.account AND account.tenant = added.tenant
       AND account.currency = added.currency
      LEFT JOIN public.entry AS previous
        ON previous.account = added.account AND previous.version = added.version - 1
     WHERE transfer.id IS NULL
        OR account.id IS NULL
        OR (added.version > 1 AND previous.version IS NULL)
        OR added.balance_after <> coalesce(previous.balance_after, 0)
            + CASE WHEN (added.side = 'debit') = (account.kind IN ('asset', 'expense'))
                   THEN added.amount ELSE -added.amount END
        OR added.version > account.version
        OR (added.version = account.version AND added.balance_after <> account.posted)
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

-- Entries balance statement by statement; what is left to see at the commit is that there are any.
CREATE OR REPLACE FUNCTION check_transfer() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.entry WHERE transfer = NEW.id LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'transfer % has no entries', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    RETURN NULL;
END $$;
