-- The seal on what was written down: a Merkle tree over all facts of this database, with signed
-- checkpoints.
--
-- A fact carries the transaction that wrote it. Facts are sealed in the order of their
-- transactions, and only those below the oldest transaction that still runs: so none that commits
-- late is ever passed over. Rows that are here already get this transaction's number.

ALTER TABLE audit ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX audit_sealing ON audit (xid, id);

-- The service writes what it did, but neither when, nor in which place, nor by which transaction.
REVOKE INSERT ON audit FROM farthing_service;
GRANT INSERT (tenant, actor, action, subject, request_id, detail) ON audit TO farthing_service;

-- One row per fact, in the order of sealing. The hash is that of all the fact says (see AuditLeaf),
-- the chain is SHA-256 over the chain before and this hash.
CREATE TABLE audit_leaf (
    index bigint PRIMARY KEY CHECK (index >= 0),
    kind text NOT NULL,
    row_key text NOT NULL,
    leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32),
    chain_hash bytea NOT NULL CHECK (length(chain_hash) = 32),
    UNIQUE (kind, row_key)
);

-- What was signed, and what the sealer goes on from: the roots of the tree's complete subtrees,
-- and how far it has come in each kind of fact.
CREATE TABLE audit_checkpoint (
    tree_size bigint PRIMARY KEY CHECK (tree_size > 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    chain bytea NOT NULL CHECK (length(chain) = 32),
    at timestamptz NOT NULL,
    note text NOT NULL,
    frontier bytea NOT NULL,
    cursors jsonb NOT NULL
);

CREATE TRIGGER audit_leaf_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoint_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON audit_leaf, audit_checkpoint TO farthing_service;
