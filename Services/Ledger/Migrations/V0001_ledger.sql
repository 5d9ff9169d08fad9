-- The ledger: accounts, the holds on them, transfers and their entries.
--
-- The rules of double entry stand here a second time (they are decided in Swift, in
-- Services/Ledger/Posting), so that a hand-written statement cannot break the books either:
--   1. debits equal credits in every transfer and currency: check_transfer, deferred to the commit;
--   2. entries chain without a gap and end at the account's balance: check_entries, check_account;
--   3. no account falls below its limit, counting holds: account_within_limit;
--   4. transfers and entries are append-only: grants, and refuse_change.
--
-- The check functions switch sequential scans off. Their plans are cached per session, and a plan
-- made while a table was small must not scan the whole history once it has grown.

CREATE TABLE account (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'revenue', 'expense')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    name text NOT NULL,
    -- The operator's own accounts, which the ledger opens on first need.
    role text CHECK (role IN ('fees', 'tax')),
    overdraft_limit bigint NOT NULL DEFAULT 0 CHECK (overdraft_limit >= 0),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'frozen', 'closed')),
    -- Balance in the account's normal direction: what debits add to an asset or an expense, and
    -- what credits add to any other kind.
    posted bigint NOT NULL DEFAULT 0,
    -- Sum of the open holds on the account.
    held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
    -- Number of entries so far, which is the version of the last one.
    version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    -- For lists, and for foreign keys that cannot cross tenants.
    UNIQUE (tenant, id),
    -- available = posted − held ≥ −limit, written so that it cannot overflow.
    CONSTRAINT account_within_limit CHECK (posted >= held - overdraft_limit),
    CONSTRAINT account_closed_empty CHECK (status <> 'closed' OR (posted = 0 AND held = 0))
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX account_role ON account (tenant, currency, role) WHERE role IS NOT NULL;

CREATE TABLE transfer (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    reference text,
    payment uuid,
    saga uuid,
    hold uuid,
    effective_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX transfer_reference ON transfer (tenant, reference) WHERE reference IS NOT NULL;
CREATE UNIQUE INDEX transfer_saga ON transfer (saga) WHERE saga IS NOT NULL;

CREATE TABLE hold (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    account uuid NOT NULL,
    -- Whom the hold pays when it is posted; a saga's hold names nobody until then.
    to_account uuid,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'posted', 'voided', 'expired')),
    saga uuid,
    payment uuid,
    transfer uuid REFERENCES transfer (id),
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
    FOREIGN KEY (tenant, to_account) REFERENCES account (tenant, id),
    CONSTRAINT hold_open_unresolved CHECK ((status = 'open') = (resolved_at IS NULL)),
    CONSTRAINT hold_posted_by_transfer CHECK ((status = 'posted') = (transfer IS NOT NULL))
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX hold_saga ON hold (saga) WHERE saga IS NOT NULL;
CREATE INDEX hold_incoming ON hold (to_account) WHERE status = 'open' AND to_account IS NOT NULL;
CREATE INDEX hold_expiring ON hold (expires_at) WHERE status = 'open' AND expires_at IS NOT NULL;

-- No foreign keys here: check_entries looks the transfer and the account up for a whole statement
-- at once, and neither can ever be deleted.
CREATE TABLE entry (
    account uuid NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    tenant text NOT NULL,
    transfer uuid NOT NULL,
    -- Place within the transfer, from 0.
    line bigint NOT NULL CHECK (line >= 0),
    side text NOT NULL CHECK (side IN ('debit', 'credit')),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    -- In the account's normal direction, as account.posted.
    balance_after bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, version),
    UNIQUE (transfer, line)
);

-- Invariant 1, once per transfer when its transaction commits.
CREATE FUNCTION check_transfer() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM (
        SELECT sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) AS difference
          FROM public.entry
         WHERE transfer = NEW.id
         GROUP BY currency) AS per_currency
    HAVING count(*) > 0 AND bool_and(difference = 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'transfer % does not balance', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER transfer_balanced AFTER INSERT ON transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_transfer();

-- Invariants 1 and 2, once per statement: an entry belongs to a transfer of the same transaction
-- (so that no finished transfer ever gains an entry, and check_transfer sees them all), continues
-- its account's chain, and does not run ahead of the account's row, which is updated first.
CREATE FUNCTION check_entries() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
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
    RETURN NULL;
END $$;

CREATE TRIGGER entry_chained AFTER INSERT ON entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_entries();

-- Invariant 2 from the account's side, when the transaction commits: a balance moves only with
-- entries.
CREATE FUNCTION check_account() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM public.account
      LEFT JOIN LATERAL (
        SELECT version, balance_after
          FROM public.entry
         WHERE entry.account = NEW.id
         ORDER BY version DESC
         LIMIT 1) AS last ON true
     WHERE account.id = NEW.id
       AND account.version = coalesce(last.version, 0)
       AND account.posted = coalesce(last.balance_after, 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the balance of account % is not that of its last entry', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_entries';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER account_matches_entries AFTER UPDATE ON account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.posted <> NEW.posted OR OLD.version <> NEW.version)
    EXECUTE FUNCTION check_account();

CREATE CONSTRAINT TRIGGER account_opened_empty AFTER INSERT ON account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.posted <> 0 OR NEW.version <> 0)
    EXECUTE FUNCTION check_account();

-- A hold begins open and is resolved once.
CREATE FUNCTION check_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.status <> 'open' THEN
        RAISE EXCEPTION 'hold % does not begin open', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_resolved_once';
    ELSIF TG_OP = 'UPDATE' AND (OLD.status <> 'open' OR NEW.status = 'open') THEN
        RAISE EXCEPTION 'hold % cannot go from % to %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_resolved_once';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER hold_resolved_once BEFORE INSERT OR UPDATE ON hold
    FOR EACH ROW EXECUTE FUNCTION check_hold();

-- Invariant 4.
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_kept BEFORE DELETE OR TRUNCATE ON account
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hold_kept BEFORE DELETE OR TRUNCATE ON hold
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON account, hold, transfer, entry TO farthing_service;
GRANT UPDATE (status, posted, held, version) ON account TO farthing_service;
GRANT UPDATE (status, transfer, resolved_at) ON hold TO farthing_service;
