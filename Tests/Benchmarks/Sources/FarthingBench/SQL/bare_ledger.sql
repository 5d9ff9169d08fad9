-- The tables of a ledger as one would write it by hand, without any check beyond keys: what
-- pgbench's transfers go to.
CREATE SCHEMA bare;

CREATE TABLE bare.account (
    id bigint PRIMARY KEY,
    posted bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE TABLE bare.transfer (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bare.entry (
    account bigint NOT NULL,
    version bigint NOT NULL,
    transfer uuid NOT NULL,
    side text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    balance_after bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, version)
);

CREATE TABLE bare.idempotency_key (
    key uuid PRIMARY KEY,
    request_hash bytea NOT NULL,
    answer bytea NOT NULL
);

CREATE TABLE bare.outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The ledger's own accounts, and their numbers for what pgbench writes to its tables.
CREATE TABLE bare.numbered (number bigint PRIMARY KEY, id uuid NOT NULL);
INSERT INTO bare.numbered
SELECT n, ('0190163d-8694-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
  FROM generate_series(1, {accounts}) AS n;
INSERT INTO public.account (id, tenant, kind, currency, name, overdraft_limit)
SELECT id, 'demo', 'liability', 'EUR', 'Wallet', 99999999999999 FROM bare.numbered;
ANALYZE bare.numbered, public.account;

INSERT INTO bare.account (id) SELECT generate_series(1, {accounts});
ANALYZE bare.account;
