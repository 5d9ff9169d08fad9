-- Accounts are updated where their rows stand, instead of being looked up once more.
--
-- Whoever posts has just locked them, and nobody else can move them until it does so itself: the
-- place that was read with the lock is still theirs. Looking each up by its id was an eighth of what
-- posting took. A place that is not given, or is no longer known, is looked up as before, and one
-- that is wrong is another account's: then the accounts do not stand as is said.

DROP FUNCTION post_transfers;

-- Invariants 1 and 2. An entry's tenant and its times are those of its transfer.
CREATE FUNCTION post_transfers(
    -- Each account that changes: what it is,
    accounts uuid[], account_tenants text[], account_kinds text[], account_currencies text[],
    -- how it stands,
    versions_before bigint[], posted_before bigint[], chains_before timestamptz[],
    displaced_before bigint[],
    -- and how it will.
    versions_after bigint[], posted_after bigint[], chains_after timestamptz[],
    displaced_after bigint[], statuses_after text[], held_after bigint[],
    transfers uuid[], tenants text[], names text[], payments uuid[], sagas uuid[], holds uuid[],
    effective_times timestamptz[], metadata jsonb[], reversed uuid[], actors text[],
    request_ids text[],
    entry_accounts uuid[], entry_versions bigint[], entry_transfers uuid[], entry_lines bigint[],
    entry_sides text[], entry_amounts bigint[], entry_currencies text[], entry_balances bigint[],
    entry_chains timestamptz[], entry_displaced bigint[],
    -- When all of it is recorded.
    moment timestamptz,
    -- Where the accounts' rows stand, as far as that is known.
    places tid[] DEFAULT NULL
) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    -- Lists are matched by hash: a plan that is kept does not know how long they are.
    SET enable_seqscan = off SET enable_mergejoin = off SET enable_nestloop = off AS $$
DECLARE
    seen record;
BEGIN
    WITH asked_account AS MATERIALIZED (
        SELECT *
          FROM unnest(accounts, account_tenants, account_kinds, account_currencies,
                      versions_before, posted_before, chains_before, displaced_before,
                      versions_after, posted_after, chains_after, displaced_after,
                      statuses_after, held_after, places)
               AS asked (id, tenant, kind, currency, version, posted, chain_at, displaced,
                         to_version, to_posted, to_chain_at, to_displaced, to_status, to_held,
                         place)
    ), asked_transfer AS MATERIALIZED (
        SELECT *
          FROM unnest(transfers, tenants, names, payments, sagas, holds, effective_times, metadata,
                      reversed, actors, request_ids)
               AS asked (id, tenant, name, payment, saga, hold, effective_at, pairs, reverses,
                         actor, request_id)
    ), asked_entry AS MATERIALIZED (
        SELECT asked.*, asked_transfer.tenant, asked_transfer.effective_at
          FROM unnest(entry_accounts, entry_versions, entry_transfers, entry_lines, entry_sides,
                      entry_amounts, entry_currencies, entry_balances, entry_chains,
                      entry_displaced)
               AS asked (account, version, transfer, line, side, amount, currency, balance_after,
                         chain_at, displaced)
          JOIN asked_transfer ON asked_transfer.id = asked.transfer
    ), unchained AS (
        -- Entries of an account follow each other from how it stands to how it will stand, and
        -- each either continues the chain or is displaced.
        SELECT step.account
          FROM (SELECT entry.account, entry.version, entry.balance_after, entry.effective_at,
                       entry.chain_at, entry.displaced,
                       CASE WHEN (entry.side = 'debit') = (account.kind IN ('asset', 'expense'))
                            THEN entry.amount ELSE -entry.amount END AS change,
                       lag(entry.version, 1, account.version) OVER before AS version_before,
                       lag(entry.balance_after, 1, account.posted) OVER before AS balance_before,
                       lag(entry.chain_at, 1, account.chain_at) OVER before AS chain_before,
                       lag(entry.displaced, 1, account.displaced) OVER before AS displaced_before,
                       lead(entry.version) OVER before AS version_behind,
                       account.to_version, account.to_posted, account.to_chain_at,
                       account.to_displaced
                  FROM asked_entry AS entry
                  LEFT JOIN asked_account AS account
                    ON account.id = entry.account AND account.tenant = entry.tenant
                   AND account.currency = entry.currency
                WINDOW before AS (PARTITION BY entry.account ORDER BY entry.version)) AS step
         WHERE (step.version = step.version_before + 1
                AND step.balance_after = step.balance_before + step.change
                AND CASE WHEN step.effective_at = step.chain_at
                         THEN step.chain_at BETWEEN step.chain_before AND moment
                              AND step.displaced = step.displaced_before
                         ELSE step.chain_at = step.chain_before
                              AND step.displaced = step.displaced_before + step.change END
                AND (step.version_behind IS NOT NULL
                     OR (step.version, step.balance_after, step.chain_at, step.displaced)
                      = (step.to_version, step.to_posted, step.to_chain_at, step.to_displaced))
               ) IS NOT TRUE
         LIMIT 1
    ), unbalanced AS (
        SELECT part.transfer
          FROM (SELECT entry.transfer,
                       sum(CASE entry.side WHEN 'debit' THEN entry.amount ELSE -entry.amount END)
                           AS difference
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
        -- all of these have a transfer.
        SELECT count(*) AS accounts, sum(asked.to_version - asked.version) AS steps,
               (SELECT count(*) FROM asked_entry) AS entries,
               bool_and(asked.to_version > asked.version
                        OR (asked.to_version, asked.to_posted, asked.to_chain_at,
                            asked.to_displaced)
                         = (asked.version, asked.posted, asked.chain_at, asked.displaced))
                   AS is_sound
          FROM asked_account AS asked
    ), moved AS (
        UPDATE public.account
           SET version = asked.to_version, posted = asked.to_posted, chain_at = asked.to_chain_at,
               displaced = asked.to_displaced, status = asked.to_status, held = asked.to_held,
               recorded_at = moment
          FROM asked_account AS asked
         WHERE account.id = asked.id
           AND account.ctid = ANY (ARRAY(
               SELECT coalesce(named.place, (
                          SELECT found.ctid FROM public.account AS found
                           WHERE found.id = named.id))
                 FROM asked_account AS named))
           AND account.tenant = asked.tenant AND account.kind = asked.kind
           AND account.currency = asked.currency AND account.version = asked.version
           AND account.posted = asked.posted AND account.chain_at = asked.chain_at
           AND account.displaced = asked.displaced AND account.recorded_at <= moment
        RETURNING 1
    ), transferred AS (
        INSERT INTO public.transfer (id, tenant, reference, payment, saga, hold, effective_at,
                                     metadata, reverses, actor, request_id, created_at)
        SELECT id, tenant, name, payment, saga, hold, effective_at, coalesce(pairs, '{}'),
               reverses, actor, request_id, moment
          FROM asked_transfer
    ), recorded AS (
        INSERT INTO public.entry (account, version, transfer, line, side, amount, currency,
                                  balance_after, chain_at, displaced, tenant, effective_at,
                                  created_at)
        SELECT asked_entry.*, moment FROM asked_entry
    )
    SELECT (SELECT account FROM unchained) AS unchained,
           (SELECT transfer FROM unbalanced) AS unbalanced, (SELECT id FROM empty) AS empty,
           (standing.is_sound AND standing.steps = standing.entries
            AND standing.entries = cardinality(entry_accounts)
            AND standing.accounts = (SELECT count(*) FROM moved)) IS TRUE AS is_sound,
           EXISTS (SELECT FROM asked_entry WHERE effective_at <> chain_at) AS displaces,
           EXISTS (SELECT FROM asked_transfer WHERE reverses IS NOT NULL) AS reverses
      INTO seen
      FROM standing;

    IF moment > clock_timestamp() + interval '1 hour' THEN
        RAISE EXCEPTION 'nothing is recorded as late as %', moment
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    ELSIF seen.unchained IS NOT NULL THEN
        RAISE EXCEPTION 'an entry does not fit account % or the entry before it', seen.unchained
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_chained';
    ELSIF seen.unbalanced IS NOT NULL OR seen.empty IS NOT NULL THEN
        RAISE EXCEPTION 'transfer % does not balance', coalesce(seen.unbalanced, seen.empty)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    ELSIF NOT seen.is_sound THEN
        RAISE EXCEPTION 'an account does not stand as is said, or moves without an entry'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_entries';
    END IF;
    IF seen.displaces THEN PERFORM public.sum_displaced(transfers); END IF;
    IF seen.reverses THEN PERFORM public.check_given_back(transfers); END IF;
END $$;

REVOKE ALL ON FUNCTION post_transfers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_transfers TO farthing_service;
