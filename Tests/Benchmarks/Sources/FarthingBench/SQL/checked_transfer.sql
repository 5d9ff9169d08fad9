-- One transfer, one transaction, with all that the ledger writes of it and all that its database
-- checks: the key, both balances, the transfer and who asked for it, its entries, the event. As few
-- round trips as by hand: one.
{accounts}
WITH locked AS MATERIALIZED (
    SELECT account.id, tenant, posted, version, recorded_at,
           CASE WHEN number = :debtor THEN 'debit' ELSE 'credit' END AS side,
           CASE WHEN number = :debtor THEN -100 ELSE 100 END AS change
      FROM bare.numbered JOIN public.account USING (id)
     WHERE number IN (:debtor, :creditor)
     ORDER BY account.id
       FOR NO KEY UPDATE OF account
), fact AS MATERIALIZED (
    SELECT gen_random_uuid() AS transfer, greatest(clock_timestamp(), max(recorded_at)) AS at
      FROM locked
), keyed AS (
    INSERT INTO public.idempotency_key (tenant, operation, key, request_hash, status, location, body)
    SELECT 'demo', 'pgbench', transfer::text, '\x00112233445566778899aabbccddeeff', 201,
           '/v1/transfers/' || transfer, convert_to(repeat('x', 400), 'UTF8')
      FROM fact
), moved AS (
    UPDATE public.account
       SET posted = locked.posted + change, version = locked.version + 1, recorded_at = at,
           chain_at = at
      FROM locked, fact
     WHERE account.id = locked.id
), transferred AS (
    INSERT INTO public.transfer (id, tenant, effective_at, actor, request_id, created_at)
    SELECT transfer, 'demo', at, 'pgbench', 'req_pgbench', at FROM fact
), told AS (
    INSERT INTO public.outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
    SELECT gen_random_uuid(), 'ledger.events.v1', 'transfer', transfer::text,
           'ledger.transfer-posted.v1', convert_to(repeat('x', 300), 'UTF8'),
           '{"ce_source": "/farthing/ledger", "ce_subject": "txn_", "ce_tenant": "demo"}'
      FROM fact
)
INSERT INTO public.entry (account, version, tenant, transfer, line, side, amount, currency,
                          balance_after, effective_at, chain_at, created_at)
SELECT id, version + 1, 'demo', transfer, (side = 'credit')::int, side, 100, 'EUR',
       posted + change, at, at, at
  FROM locked, fact;
