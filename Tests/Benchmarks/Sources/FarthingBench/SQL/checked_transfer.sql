-- One transfer, one transaction, with all that the ledger writes of it and all that its database
-- checks: the key, both balances, the transfer and who asked for it, its entries, the event. As few
-- round trips as by hand: one.
{accounts}
WITH locked AS MATERIALIZED (
    SELECT account.id, account.ctid AS place, posted, held, version, chain_at, displaced,
           recorded_at, CASE WHEN number = :debtor THEN -100 ELSE 100 END AS change
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
), told AS (
    INSERT INTO public.outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
    SELECT gen_random_uuid(), 'ledger.events.v1', 'transfer', transfer::text,
           'ledger.transfer-posted.v1', convert_to(repeat('x', 300), 'UTF8'),
           '{"ce_source": "/farthing/ledger", "ce_subject": "txn_", "ce_tenant": "demo"}'
      FROM fact
)
SELECT public.post_transfers(
           array_agg(id), array_agg(place), array_agg(NULL::text), array_agg(version),
           array_agg(posted), array_agg(chain_at), array_agg(displaced),
           array_agg(version + 1), array_agg(posted + change), array_agg(at),
           array_agg(displaced), array_agg(held), array_agg(NULL::text),
           ARRAY[transfer], ARRAY['demo'], ARRAY[NULL::text], ARRAY[NULL::uuid],
           ARRAY[NULL::uuid], ARRAY[NULL::uuid], ARRAY[at], ARRAY[NULL::jsonb],
           ARRAY[NULL::uuid], ARRAY['pgbench'], ARRAY['req_pgbench'],
           array_agg(id), array_agg(version + 1), array_agg(transfer),
           array_agg((change > 0)::int::bigint), array_agg(change < 0), array_agg(100::bigint),
           array_agg(posted + change), array_agg(at), array_agg(displaced), at)
  FROM locked, fact
 GROUP BY transfer, at;
