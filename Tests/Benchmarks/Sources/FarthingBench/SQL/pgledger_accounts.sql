-- pgledger's accounts, made by its own function, and their numbers for what pgbench draws. The name
-- is another one for each so that the function is called for each.
CREATE SCHEMA bench;

CREATE TABLE bench.numbered (number bigint PRIMARY KEY, id text NOT NULL);
INSERT INTO bench.numbered
SELECT number, made.id
  FROM generate_series(1, {accounts}) AS number,
       pgledger_create_account('Wallet ' || number, 'EUR') AS made;
ANALYZE;

-- Batches that are drawn before they are measured: pgbench's scripts know no arrays.
CREATE TABLE bench.batch (
    spread text NOT NULL, number bigint NOT NULL, transfers transfer_request[] NOT NULL,
    PRIMARY KEY (spread, number)
);
