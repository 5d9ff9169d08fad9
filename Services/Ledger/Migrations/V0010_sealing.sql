-- Which transaction recorded a transfer: its place in the order of sealing. Transfers that are here
-- already get this one's number.
ALTER TABLE transfer ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX transfer_sealing ON transfer (xid, id);

-- The service does not choose it. A column that is added later needs a grant of its own.
REVOKE INSERT ON transfer FROM farthing_service;
DO $$
BEGIN
    EXECUTE (
        SELECT format('GRANT INSERT (%s) ON transfer TO farthing_service',
                      string_agg(quote_ident(attname), ', ' ORDER BY attnum))
          FROM pg_attribute
         WHERE attrelid = 'transfer'::regclass AND attnum > 0 AND NOT attisdropped
           AND attname <> 'xid');
END $$;
