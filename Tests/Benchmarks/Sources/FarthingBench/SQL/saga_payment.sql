-- The payment service's five transactions of one payment, each in one pipeline: the request, and an
-- answer to each of the four commands.
\set saga random(1, 9223372036854775806)
\startpipeline
BEGIN;
SELECT body FROM bare.idempotency_key WHERE key = :saga::text;
INSERT INTO bare.saga (id, state, progress, phase, next_deadline) VALUES (:saga::text, '{"payment": "019ab5a1-0000-7000-8000-000000000000", "source": "019ab5a1-0000-7000-8000-000000000000", "destination": "019ab5a1-0000-7000-8000-000000000000", "amount": {"amount": 1000, "currency": "EUR"}, "hold": "019ab5a1-0000-7000-8000-000000000000", "invoice": "019ab5a1-0000-7000-8000-000000000000", "transfer": "019ab5a1-0000-7000-8000-000000000000"}', '{"phase": "running", "standing": [], "requests": [{"step": 0, "attempt": 1, "waiting": true}]}', 'running', now());
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 1, 'place-hold', 'requested');
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 2, 'open-invoice', 'requested');
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'ledger.commands.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'billing.commands.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.payment (id, saga, status, amount, source, destination) VALUES (:saga::text, :saga::text, 'processing', 1000, gen_random_uuid(), gen_random_uuid());
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'payment.events.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
INSERT INTO bare.audit (subject, detail) VALUES (:saga::text, '{}');
INSERT INTO bare.idempotency_key (key, request_hash, body) VALUES (:saga::text, '\x00112233445566778899aabbccddeeff', convert_to(repeat('x', 350), 'UTF8'));
COMMIT;
\endpipeline
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT state, progress FROM bare.saga WHERE id = :saga::text FOR UPDATE;
UPDATE bare.saga SET state = '{"payment": "019ab5a1-0000-7000-8000-000000000000", "source": "019ab5a1-0000-7000-8000-000000000000", "destination": "019ab5a1-0000-7000-8000-000000000000", "amount": {"amount": 1000, "currency": "EUR"}, "hold": "019ab5a1-0000-7000-8000-000000000000", "invoice": "019ab5a1-0000-7000-8000-000000000000", "transfer": "019ab5a1-0000-7000-8000-000000000000"}', progress = '{"phase": "running", "standing": [], "requests": [{"step": 0, "attempt": 1, "waiting": true}]}', next_deadline = now() WHERE id = :saga::text;
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 3, 'place-hold', 'done');
COMMIT;
\endpipeline
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT state, progress FROM bare.saga WHERE id = :saga::text FOR UPDATE;
UPDATE bare.saga SET state = '{"payment": "019ab5a1-0000-7000-8000-000000000000", "source": "019ab5a1-0000-7000-8000-000000000000", "destination": "019ab5a1-0000-7000-8000-000000000000", "amount": {"amount": 1000, "currency": "EUR"}, "hold": "019ab5a1-0000-7000-8000-000000000000", "invoice": "019ab5a1-0000-7000-8000-000000000000", "transfer": "019ab5a1-0000-7000-8000-000000000000"}', progress = '{"phase": "running", "standing": [], "requests": [{"step": 0, "attempt": 1, "waiting": true}]}', next_deadline = now() WHERE id = :saga::text;
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 4, 'open-invoice', 'done');
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 5, 'post-hold', 'requested');
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'ledger.commands.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
COMMIT;
\endpipeline
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT state, progress FROM bare.saga WHERE id = :saga::text FOR UPDATE;
UPDATE bare.saga SET state = '{"payment": "019ab5a1-0000-7000-8000-000000000000", "source": "019ab5a1-0000-7000-8000-000000000000", "destination": "019ab5a1-0000-7000-8000-000000000000", "amount": {"amount": 1000, "currency": "EUR"}, "hold": "019ab5a1-0000-7000-8000-000000000000", "invoice": "019ab5a1-0000-7000-8000-000000000000", "transfer": "019ab5a1-0000-7000-8000-000000000000"}', progress = '{"phase": "running", "standing": [], "requests": [{"step": 0, "attempt": 1, "waiting": true}]}', next_deadline = now() WHERE id = :saga::text;
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 6, 'post-hold', 'done');
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 7, 'settle-invoice', 'requested');
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'billing.commands.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
COMMIT;
\endpipeline
\startpipeline
BEGIN;
INSERT INTO bare.inbox (message) VALUES (gen_random_uuid());
SELECT state, progress FROM bare.saga WHERE id = :saga::text FOR UPDATE;
UPDATE bare.saga SET state = '{"payment": "019ab5a1-0000-7000-8000-000000000000", "source": "019ab5a1-0000-7000-8000-000000000000", "destination": "019ab5a1-0000-7000-8000-000000000000", "amount": {"amount": 1000, "currency": "EUR"}, "hold": "019ab5a1-0000-7000-8000-000000000000", "invoice": "019ab5a1-0000-7000-8000-000000000000", "transfer": "019ab5a1-0000-7000-8000-000000000000"}', progress = '{"phase": "running", "standing": [], "requests": [{"step": 0, "attempt": 1, "waiting": true}]}', next_deadline = now() WHERE id = :saga::text;
INSERT INTO bare.saga_log (saga, sequence, step, status) VALUES (:saga::text, 8, 'settle-invoice', 'done');
UPDATE bare.payment SET status = 'succeeded', ended_at = now() WHERE id = :saga::text;
INSERT INTO bare.outbox (id, topic, key, headers, payload) VALUES (gen_random_uuid(), 'payment.events.v1', :saga::text, '{"ce_source": "/farthing/bench", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action"}', convert_to(repeat('x', 250), 'UTF8'));
COMMIT;
\endpipeline
