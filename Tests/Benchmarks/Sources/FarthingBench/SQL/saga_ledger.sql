-- The ledger's two transactions of one payment: funds are held, then moved to the payee, the fee's
-- and the tax's account. These two are everybody's, and updated last.
\set saga random(1, 9223372036854775806)
\set payer random(1, 500)
\set payee random(501, 1000)
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT reply FROM bare.barrier WHERE saga = :saga::text AND step = 'place-hold';
SELECT posted, held FROM bare.account WHERE id = :payer FOR NO KEY UPDATE;
UPDATE bare.account SET held = held + 1000 WHERE id = :payer;
INSERT INTO bare.hold (id, account, amount, status) VALUES (:saga::text, :payer, 1000, 'open');
INSERT INTO bare.barrier (saga, step, reply) VALUES (:saga::text, 'place-hold', convert_to(repeat('x', 120), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'payment.replies.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'ledger.events.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
COMMIT;
\endpipeline
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT reply FROM bare.barrier WHERE saga = :saga::text AND step = 'post-hold';
SELECT status FROM bare.hold WHERE id = :saga::text;
UPDATE bare.hold SET status = 'posted' WHERE id = :saga::text;
INSERT INTO bare.transfer (id) VALUES (:saga::text);
INSERT INTO bare.barrier (saga, step, reply) VALUES (:saga::text, 'post-hold', convert_to(repeat('x', 120), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'payment.replies.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'ledger.events.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
UPDATE bare.account SET held = held - 1000, posted = posted - 1000, version = version + 1 WHERE id = :payer;
UPDATE bare.account SET posted = posted + 952, version = version + 1 WHERE id = :payee;
UPDATE bare.account SET posted = posted + 40, version = version + 1 WHERE id = 1001;
UPDATE bare.account SET posted = posted + 8, version = version + 1 WHERE id = 1002;
INSERT INTO bare.entry (account, version, transfer, amount, balance_after) SELECT id, version, :saga::text, 1000, posted FROM bare.account WHERE id IN (:payer, :payee, 1001, 1002);
COMMIT;
\endpipeline
