-- One transfer, one transaction: the key, both balances, the transfer, its entries, the event.
-- Accounts are updated in the order of their ids, so that no two transfers wait for each other.
{accounts}
\set low least(:debtor, :creditor)
\set high greatest(:debtor, :creditor)
\set sign CASE WHEN :low = :debtor THEN -1 ELSE 1 END
\set a random(1, 9223372036854775806)
\set b random(1, 9223372036854775806)
{begin}
INSERT INTO bare.idempotency_key (key, request_hash, answer)
    VALUES (gen_random_uuid(), '\x00112233445566778899aabbccddeeff', convert_to(repeat('x', 400), 'UTF8'));
UPDATE bare.account SET posted = posted + :sign * 100, version = version + 1 WHERE id = :low;
UPDATE bare.account SET posted = posted - :sign * 100, version = version + 1 WHERE id = :high;
INSERT INTO bare.transfer (id, tenant) VALUES (lpad(to_hex(:a::bigint) || to_hex(:b::bigint), 32, '0')::uuid, 'demo');
INSERT INTO bare.entry (account, version, transfer, side, amount, currency, balance_after)
    SELECT id, version, lpad(to_hex(:a::bigint) || to_hex(:b::bigint), 32, '0')::uuid,
           CASE WHEN id = :debtor THEN 'debit' ELSE 'credit' END, 100, 'EUR', posted
      FROM bare.account WHERE id IN (:low, :high);
INSERT INTO bare.outbox (id, topic, key, payload)
    VALUES (gen_random_uuid(), 'ledger.events.v1', :debtor::text, convert_to(repeat('x', 300), 'UTF8'));
{commit}
