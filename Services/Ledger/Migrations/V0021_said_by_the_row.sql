-- What an account is, is taken from its row as it is updated, and no longer said by whoever posts:
-- its tenant, its kind and its currency can then neither be wrong nor need to be compared, and 12
-- of the 15 texts that a transfer took on the way need not be sent. An entry is held against the
-- one before it, wherever that stands, instead of sorting all of them: together a seventeenth less
-- time for 250 transfers.
--
-- The function of before stays, for processes that still run the version before.

-- Invariants 1 and 2. An entry's tenant and currency are those of its account, its times those of
-- its transfer.
CREATE FUNCTION post_transfers(
    -- Each account that changes: where its row stands, as far as that is known,
    accounts uuid[], places tid[],
    -- whose it is, unless its entries say so,
    account_tenants text[],
    -- how it stands,
    versions_before bigint[], posted_before bigint[], chains_before timestamptz[],
    displaced_before bigint[],
    -- and how it will. A status that is not given stays.
    versions_after bigint[], posted_after bigint[], chains_after timestamptz[],
    displaced_after bigint[], held_after bigint[], statuses_after text[],
    transfers uuid[], tenants text[], names text[], payments uuid[], sagas uuid[], holds uuid[],
    effective_times timestamptz[], metadata jsonb[], reversed uuid[], actors text[],
    request_ids text[],
    entry_accounts uuid[], entry_versions bigint[], entry_transfers uuid[], entry_lines bigint[],
    -- Whether it is a debit.
    entry_sides boolean[], entry_amounts bigint[], entry_balances bigint[],
    entry_chains timestamptz[], entry_displaced bigint[],
    -- When all of it is recorded.
    moment timestamptz
) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    -- Lists are matched by hash: a plan that is kept does not know how long they are.
    SET enable_seqscan = off SET enable_mergejoin = off SET enable_nestloop = off AS $$
DECLARE
    seen record;
BEGIN
    WITH asked_account AS MATERIALIZED (
        SELECT *
          FROM unnest(accounts, places, account_tenants, versions_before, posted_before,
                      chains_before, displaced_before, versions_after, posted_after, chains_after,
                      displaced_after, held_after, statuses_after)
               AS asked (id, place, tenant, version, posted, chain_at, displaced, to_version,
                         to_posted, to_chain_at, to_displaced, to_held, to_status)
    ), moved AS (
        UPDATE public.account
           SET version = asked.to_version, posted = asked.to_posted, chain_at = asked.to_chain_at,
               displaced = asked.to_displaced, held = asked.to_held,
               status = coalesce(asked.to_status, account.status), recorded_at = moment
          FROM asked_account AS asked
         WHERE account.id = asked.id
           AND account.ctid = ANY (ARRAY(
               SELECT coalesce(named.place, (
                          SELECT found.ctid FROM public.account AS found
                           WHERE found.id = named.id))
                 FROM asked_account AS named))
           AND account.version = asked.version AND account.posted = asked.posted
           AND account.chain_at = asked.chain_at AND account.displaced = asked.displaced
           AND account.recorded_at <= moment
        RETURNING account.id, account.tenant, account.currency,
                  account.tenant = asked.tenant AS is_theirs,
                  account.kind IN ('asset', 'expense') AS is_raised_by_debit,
                  asked.version AS version_was, asked.posted AS posted_was,
                  asked.chain_at AS chain_was, asked.displaced AS displaced_was,
                  account.version, account.posted, account.chain_at, account.displaced
    ), asked_transfer AS MATERIALIZED (
        SELECT *
          FROM unnest(transfers, tenants, names, payments, sagas, holds, effective_times, metadata,
                      reversed, actors, request_ids)
               AS asked (id, tenant, name, payment, saga, hold, effective_at, pairs, reverses,
                         actor, request_id)
    ), asked_entry AS MATERIALIZED (
        SELECT asked.*, asked_transfer.effective_at, moved.tenant, moved.currency,
               CASE WHEN asked.is_debit THEN asked.amount ELSE -asked.amount END AS debit,
               CASE WHEN asked.is_debit = moved.is_raised_by_debit
                    THEN asked.amount ELSE -asked.amount END AS change,
               moved.version_was, moved.posted_was, moved.chain_was, moved.displaced_was,
               asked.version < moved.version
               OR (asked.version, asked.balance_after, asked.chain_at, asked.displaced)
                = (moved.version, moved.posted, moved.chain_at, moved.displaced) AS leads_there
          FROM unnest(entry_accounts, entry_versions, entry_transfers, entry_lines, entry_sides,
                      entry_amounts, entry_balances, entry_chains, entry_displaced)
               AS asked (account, version, transfer, line, is_debit, amount, balance_after,
                         chain_at, displaced)
          JOIN asked_transfer ON asked_transfer.id = asked.transfer
          LEFT JOIN moved ON moved.id = asked.account AND moved.tenant = asked_transfer.tenant
    ), unchained AS (
        -- Entries of an account follow each other from how it stood to how it stands then, and each
        -- either continues the chain or is displaced.
        SELECT entry.account
          FROM asked_entry AS entry
          LEFT JOIN asked_entry AS before
            ON before.account = entry.account AND before.version = entry.version - 1
         CROSS JOIN LATERAL (
            SELECT coalesce(before.version, entry.version_was) AS version,
                   coalesce(before.balance_after, entry.posted_was) AS balance,
                   coalesce(before.chain_at, entry.chain_was) AS chain_at,
                   coalesce(before.displaced, entry.displaced_was) AS displaced) AS last
         WHERE (entry.leads_there
                AND entry.version = last.version + 1
                AND entry.balance_after = last.balance + entry.change
                AND CASE WHEN entry.effective_at = entry.chain_at
                         THEN entry.chain_at BETWEEN last.chain_at AND moment
                              AND entry.displaced = last.displaced
                         ELSE entry.chain_at = last.chain_at
                              AND entry.displaced = last.displaced + entry.change END
               ) IS NOT TRUE
         LIMIT 1
    ), unbalanced AS (
        SELECT part.transfer
          FROM (SELECT entry.transfer, sum(entry.debit) AS difference
                  FROM asked_entry AS entry
                 GROUP BY entry.transfer, entry.currency) AS part
         WHERE part.difference IS DISTINCT FROM 0
         LIMIT 1
    ), empty AS (
        SELECT asked_transfer.id
          FROM asked_transfer
         WHERE NOT EXISTS (
               SELECT FROM asked_entry WHERE asked_entry.transfer = asked_transfer.id)
         LIMIT 1
    ), standing AS (
        -- Accounts without entries stay as they are, since all steps together are all entries; and
        -- all of these have a transfer. What is held on them may change, if they are whose is said.
        SELECT count(*) AS found, sum(moved.version - moved.version_was) AS steps,
               (SELECT count(*) FROM asked_entry) AS entries,
               bool_and(moved.version > moved.version_was
                        OR ((moved.version, moved.posted, moved.chain_at, moved.displaced)
                          = (moved.version_was, moved.posted_was, moved.chain_was,
                             moved.displaced_was) AND moved.is_theirs) IS TRUE) AS is_sound
          FROM moved
    ), transferred AS (
        INSERT INTO public.transfer (id, tenant, reference, payment, saga, hold, effective_at,
                                     metadata, reverses, actor, request_id, created_at)
        SELECT id, tenant, name, payment, saga, hold, effective_at, coalesce(pairs, '{}'),
               reverses, actor, request_id, moment
          FROM asked_transfer
    ), recorded AS (
        -- One whose account is not there is refused as unchained.
        INSERT INTO public.entry (account, version, transfer, line, side, amount, currency,
                                  balance_after, chain_at, displaced, tenant, effective_at,
                                  created_at)
        SELECT account, version, transfer, line,
               CASE WHEN is_debit THEN 'debit' ELSE 'credit' END, amount, currency,
               balance_after, chain_at, displaced, tenant, effective_at, moment
          FROM asked_entry
         WHERE tenant IS NOT NULL
    )
    SELECT (SELECT account FROM unchained) AS unchained,
           (SELECT transfer FROM unbalanced) AS unbalanced, (SELECT id FROM empty) AS empty,
           standing.found = cardinality(accounts) AS are_found,
           (standing.is_sound AND standing.steps = standing.entries
            AND standing.entries = cardinality(entry_accounts)) IS TRUE AS is_sound,
           EXISTS (SELECT FROM asked_entry WHERE effective_at <> chain_at) AS displaces,
           EXISTS (SELECT FROM asked_transfer WHERE reverses IS NOT NULL) AS reverses
      INTO seen
      FROM standing;

    IF moment > clock_timestamp() + interval '1 hour' THEN
        RAISE EXCEPTION 'nothing is recorded as late as %', moment
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    ELSIF NOT seen.are_found THEN
        RAISE EXCEPTION 'an account does not stand as is said'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_entries';
    ELSIF seen.unchained IS NOT NULL THEN
        RAISE EXCEPTION 'an entry does not fit account % or the entry before it', seen.unchained
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    ELSIF seen.unbalanced IS NOT NULL OR seen.empty IS NOT NULL THEN
        RAISE EXCEPTION 'transfer % does not balance', coalesce(seen.unbalanced, seen.empty)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    ELSIF NOT seen.is_sound THEN
        RAISE EXCEPTION 'an account moves without an entry or is another''s, or an entry is alone'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_entries';
    END IF;
    IF seen.displaces THEN PERFORM public.sum_displaced(transfers); END IF;
    IF seen.reverses THEN PERFORM public.check_given_back(transfers); END IF;
END $$;

DO $$
DECLARE
    door regprocedure;
BEGIN
    FOR door IN
        SELECT oid FROM pg_proc
         WHERE proname = 'post_transfers' AND pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', door);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO farthing_service', door);
    END LOOP;
END $$;
