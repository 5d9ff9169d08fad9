-- The roots of the log's complete subtrees: of 256 leaves on level 1, of 256 such subtrees on level
-- 2, and so on. A proof is put together from a few hundred of them, and not from all leaves.
--
-- They say nothing that the leaves do not say: what is missing here is computed from those, and
-- written down in time.
CREATE TABLE audit_subtree (
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    index bigint NOT NULL CHECK (index >= 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    PRIMARY KEY (level, index)
);

CREATE TRIGGER audit_subtree_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_subtree
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON audit_subtree TO farthing_service;
