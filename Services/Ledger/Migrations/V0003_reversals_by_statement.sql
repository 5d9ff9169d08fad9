-- The limit of reversals, statement by statement.
--
-- Before, it was looked at when the transaction of a reversal committed, or when SET CONSTRAINTS
-- said so: after which the same transaction could add entries to its reversal that nobody looked
-- at. Entries fit only accounts whose rows their transaction has updated, and so has locked; two
-- reversals that give back of the same account are therefore never looked at side by side.

CREATE OR REPLACE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.transfer AS original
     WHERE original.id = NEW.reverses AND original.tenant = NEW.tenant
       AND original.reverses IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'transfer % reverses % of another tenant, or what is a reversal itself',
            NEW.id, NEW.reverses
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_reversed_within';
    END IF;
    RETURN NULL;
END $$;

-- All reversals of a transfer together take from each account, on the other side, no more than
-- the transfer moved there.
CREATE FUNCTION check_given_back() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT touched.original INTO wrong
      FROM (
        SELECT DISTINCT transfer.reverses AS original
          FROM added
          JOIN public.transfer ON transfer.id = added.transfer
         WHERE transfer.reverses IS NOT NULL) AS touched
      CROSS JOIN LATERAL (
        SELECT back.account, back.side, back.currency, sum(back.amount) AS amount
          FROM public.transfer AS reversal
          JOIN public.entry AS back ON back.transfer = reversal.id
         WHERE reversal.reverses = touched.original
         GROUP BY back.account, back.side, back.currency) AS given
     WHERE given.amount > (
        SELECT coalesce(sum(entry.amount), 0)
          FROM public.entry
         WHERE entry.transfer = touched.original AND entry.account = given.account
           AND entry.side <> given.side AND entry.currency = given.currency)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the reversals of transfer % give back more than it moved', wrong.original
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_reversed_within';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_given_back AFTER INSERT ON entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_given_back();
