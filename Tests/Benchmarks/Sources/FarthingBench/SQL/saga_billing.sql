-- Billing's two transactions of one payment: the invoice is opened, and settled under a number.
\set saga random(1, 9223372036854775806)
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT reply FROM bare.barrier WHERE saga = :saga::text AND step = 'open-invoice';
INSERT INTO bare.invoice (id, amount, fee, tax, status) VALUES (:saga::text, 1000, 40, 8, 'open');
INSERT INTO bare.invoice_line (invoice, position, amount) VALUES (:saga::text, 1, 40), (:saga::text, 2, 8);
INSERT INTO bare.barrier (saga, step, reply) VALUES (:saga::text, 'open-invoice', convert_to(repeat('x', 120), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'payment.replies.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'billing.events.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
COMMIT;
\endpipeline
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT reply FROM bare.barrier WHERE saga = :saga::text AND step = 'settle-invoice';
SELECT status FROM bare.invoice WHERE id = :saga::text FOR NO KEY UPDATE;
UPDATE bare.counter SET last = last + 1 WHERE tenant = 'demo' RETURNING last;
UPDATE bare.invoice SET status = 'settled', number = 1 WHERE id = :saga::text;
INSERT INTO bare.barrier (saga, step, reply) VALUES (:saga::text, 'settle-invoice', convert_to(repeat('x', 120), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'payment.replies.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'billing.events.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
COMMIT;
\endpipeline
