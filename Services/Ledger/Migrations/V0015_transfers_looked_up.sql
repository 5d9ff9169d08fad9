-- An entry's transfer is looked up in the index, whatever else the planner thinks of.
--
-- While the table is small, or nobody has counted it yet, it expected few transfers of this very
-- transaction, read all there are, and compared each with each: 17 ms for a batch of 500 among
-- 8,000, where looking them up takes 2.5 (auto_explain, with its timing).

-- Invariants 1 and 2, as before. That transfers balance is seen where they are summed to be looked
-- up; what their reversals give back is looked at only if there is a reversal among them.
CREATE OR REPLACE FUNCTION check_entries() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
    wrong record;
    moved record;
BEGIN
    SELECT entry.account, entry.version INTO wrong
      FROM (SELECT added.*,
                   CASE WHEN (added.side = 'debit') = (account.kind IN ('asset', 'expense'))
                        THEN added.amount ELSE -added.amount END AS change,
                   account.version AS account_version, account.posted,
                   previous.version AS previous_version,
                   coalesce(previous.balance_after, 0) AS balance_before,
                   coalesce(previous.created_at, '-infinity') AS created_before,
                   coalesce(previous.chain_at, '1900-01-01 00:00:00Z') AS chain_before,
                   coalesce(previous.displaced, 0) AS displaced_before
              FROM added
              LEFT JOIN public.account
                ON account.id = added.account AND account.tenant = added.tenant
               AND account.currency = added.currency
              LEFT JOIN public.entry AS previous
                ON previous.account = added.account AND previous.version = added.version - 1
           ) AS entry
     WHERE entry.account_version IS NULL
        OR (entry.version > 1 AND entry.previous_version IS NULL)
        OR entry.balance_after <> entry.balance_before + entry.change
        OR entry.version > entry.account_version
        OR (entry.version = entry.account_version AND entry.balance_after <> entry.posted)
        OR entry.created_at < entry.created_before
        OR entry.created_at > clock_timestamp() + interval '1 hour'
        OR NOT CASE WHEN entry.effective_at = entry.chain_at
                    THEN entry.chain_at BETWEEN entry.chain_before AND entry.created_at
                         AND entry.displaced = entry.displaced_before
                    ELSE entry.chain_at = entry.chain_before
                         AND entry.displaced = entry.displaced_before + entry.change END
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % of account % does not fit its account or the entry before it',
            wrong.version, wrong.account
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    END IF;

    SELECT min(part.transfer::text) FILTER (WHERE transfer.id IS NULL) AS strange,
           min(part.transfer::text) FILTER (WHERE part.difference <> 0) AS unbalanced,
           bool_or(transfer.reverses IS NOT NULL) AS reversing
      INTO moved
      FROM (SELECT added.transfer, added.tenant, added.created_at, added.effective_at,
                   sum(CASE added.side WHEN 'debit' THEN added.amount ELSE -added.amount END)
                       AS difference
              FROM added
             GROUP BY added.transfer, added.tenant, added.created_at, added.effective_at,
                      added.currency) AS part
      LEFT JOIN LATERAL (
        SELECT id, reverses
          FROM public.transfer
         WHERE transfer.id = part.transfer AND transfer.tenant = part.tenant
           AND transfer.created_at = part.created_at
           AND transfer.effective_at = part.effective_at
           AND transfer.xmin = pg_current_xact_id()::xid
         LIMIT 1) AS transfer ON true;
    IF moved.strange IS NOT NULL THEN
        RAISE EXCEPTION 'an entry does not fit its transfer %', moved.strange
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    ELSIF moved.unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'transfer % does not balance', moved.unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    ELSIF moved.reversing IS NOT TRUE THEN
        RETURN NULL;
    END IF;

    -- All reversals of a transfer together take from each account, on the other side, no more than
    -- the transfer moved there. Two that give back of the same account are never looked at side by
    -- side: entries fit only accounts whose rows their transaction has updated, and so has locked.
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
