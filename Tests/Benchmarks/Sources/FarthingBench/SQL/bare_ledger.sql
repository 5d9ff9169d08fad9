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

-- The ledger's own accounts by number, for what goes to its own tables.
CREATE TABLE bare.numbered (number bigint PRIMARY KEY, id uuid NOT NULL);
INSERT INTO bare.numbered SELECT row_number() OVER (ORDER BY id), id FROM public.account;
ANALYZE bare.numbered;

INSERT INTO bare.account (id) SELECT generate_series(1, {accounts});
ANALYZE bare.account;
