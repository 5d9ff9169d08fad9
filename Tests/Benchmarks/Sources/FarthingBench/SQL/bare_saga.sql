-- What a payment's local transactions write, as tables without any check beyond keys: the same in
-- each of the three databases.
CREATE SCHEMA bare;

CREATE TABLE bare.inbox (message uuid PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE bare.outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    headers jsonb NOT NULL,
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bare.idempotency_key (key text PRIMARY KEY, request_hash bytea NOT NULL, body bytea);

CREATE TABLE bare.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    detail jsonb NOT NULL
);

CREATE TABLE bare.saga (
    id text PRIMARY KEY, state jsonb NOT NULL, progress jsonb NOT NULL, phase text NOT NULL,
    next_deadline timestamptz
) WITH (fillfactor = 70);

CREATE TABLE bare.saga_log (
    saga text NOT NULL, sequence bigint NOT NULL, step text NOT NULL, status text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (saga, sequence)
);

CREATE TABLE bare.payment (
    id text PRIMARY KEY, saga text NOT NULL, status text NOT NULL, amount bigint NOT NULL,
    source uuid NOT NULL, destination uuid NOT NULL, ended_at timestamptz
) WITH (fillfactor = 70);

CREATE TABLE bare.barrier (
    saga text NOT NULL, step text NOT NULL, reply bytea NOT NULL, PRIMARY KEY (saga, step)
);

CREATE TABLE bare.account (
    id bigint PRIMARY KEY, posted bigint NOT NULL DEFAULT 0, held bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
INSERT INTO bare.account (id) SELECT generate_series(1, 1002);

CREATE TABLE bare.hold (
    id text PRIMARY KEY, account bigint NOT NULL, amount bigint NOT NULL, status text NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE bare.transfer (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());

CREATE TABLE bare.entry (
    account bigint NOT NULL, version bigint NOT NULL, transfer text NOT NULL,
    amount bigint NOT NULL, balance_after bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, version)
);

CREATE TABLE bare.invoice (
    id text PRIMARY KEY, amount bigint NOT NULL, fee bigint NOT NULL, tax bigint NOT NULL,
    status text NOT NULL, number bigint
) WITH (fillfactor = 70);

CREATE TABLE bare.invoice_line (
    invoice text NOT NULL, position bigint NOT NULL, amount bigint NOT NULL,
    PRIMARY KEY (invoice, position)
);

CREATE TABLE bare.counter (tenant text PRIMARY KEY, last bigint NOT NULL);
INSERT INTO bare.counter VALUES ('demo', 0);
