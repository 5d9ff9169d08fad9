-- Holds of which a part was posted, and accounts that are looked up by what their owners know of
-- them.

ALTER TABLE hold
    -- The hold of which this one is what was left: it was posted in part, and the rest kept.
    ADD COLUMN follows uuid UNIQUE REFERENCES hold (id),
    ADD CONSTRAINT hold_follows_another CHECK (follows <> id);

-- What follows a hold is no more than what was left of it.
CREATE FUNCTION check_remainder() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.hold AS original
      JOIN public.entry ON entry.transfer = original.transfer
       AND entry.account = original.account AND entry.side = 'debit'
     WHERE original.id = NEW.follows AND original.tenant = NEW.tenant
       AND original.account = NEW.account AND original.currency = NEW.currency
       AND original.to_account IS NOT DISTINCT FROM NEW.to_account
       AND original.expires_at IS NOT DISTINCT FROM NEW.expires_at
       AND original.status = 'posted' AND NEW.amount <= original.amount - entry.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hold % is not what was left of %', NEW.id, NEW.follows
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_remainder_within';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER hold_remainder_within AFTER INSERT ON hold
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.follows IS NOT NULL) EXECUTE FUNCTION check_remainder();

-- Any pair of an account's metadata finds it. Balances move without touching this index.
CREATE INDEX account_metadata ON account USING gin (metadata jsonb_path_ops);

GRANT UPDATE (name, overdraft_limit, metadata) ON account TO farthing_service;
