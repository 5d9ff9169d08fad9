-- What the payment service sends for one POST /v1/payments, on its own tables: look the key up,
-- write the saga, its log, its first two commands, the payment, its event, the audit row and the
-- key's answer.
\set a random(1, 9223372036854775806)
\set b random(1, 9223372036854775806)
\startpipeline
BEGIN;
SELECT pg_try_advisory_xact_lock(hashtextextended(concat_ws(chr(31), 'bench', 'payment.create', :a::text), 0)),
       k.request_hash, k.resource, k.status, k.location, k.body
  FROM (SELECT) AS one
  LEFT JOIN idempotency_key AS k ON (k.tenant, k.operation, k.key) = ('bench', 'payment.create', :a::text);
INSERT INTO saga (id, definition, tenant, subject, traceparent, state, progress, phase, log_length, deadlines, next_deadline, look_at)
VALUES (lpad(to_hex(:a::bigint), 32, '0')::uuid, 'bench', 'bench', lpad(to_hex(:b::bigint), 32, '0'),
        '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        '{"payment":"019ab5a1-0000-7000-8000-000000000000","source":"019ab5a1-0000-7000-8000-000000000000","destination":"019ab5a1-0000-7000-8000-000000000000","amount":{"amount": 1000,"currency":"EUR"},"hold":"019ab5a1-0000-7000-8000-000000000000","invoice":"019ab5a1-0000-7000-8000-000000000000","transfer":"019ab5a1-0000-7000-8000-000000000000","fee":{"amount": 0,"currency":"EUR"},"tax":{"amount": 0,"currency":"EUR"}}',
        '{"phase":"running","standing":[],"requests":[{"step": 0,"attempt": 1,"waiting": true},{"step": 1,"attempt": 1,"waiting": true}]}',
        'running', 2, '{"0": 1000, "1": 1000}', now() + interval '1 day', now() + interval '1 day');
INSERT INTO saga_log (saga, sequence, step, direction, status, attempt, detail)
VALUES (lpad(to_hex(:a::bigint), 32, '0')::uuid, 1, 'place-hold', 'action', 'requested', 1, NULL),
       (lpad(to_hex(:a::bigint), 32, '0')::uuid, 2, 'open-invoice', 'action', 'requested', 1, NULL);
INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
VALUES (gen_random_uuid(), 'bench', 'hold', :a::text, 'bench.place-hold', convert_to(repeat('x', 230), 'UTF8'),
        '{"ce_source": "/farthing/payment", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "place-hold", "ce_sagadirection": "action", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}'),
       (gen_random_uuid(), 'bench', 'invoice', :a::text, 'bench.open-invoice', convert_to(repeat('x', 300), 'UTF8'),
        '{"ce_source": "/farthing/payment", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "ce_sagaid": "019ab5a1-0000-7000-8000-000000000000", "ce_sagastep": "open-invoice", "ce_sagadirection": "action", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}');
INSERT INTO payment (id, tenant, saga, amount, currency, source, destination, metadata, created_at)
VALUES (lpad(to_hex(:b::bigint), 32, '0')::uuid, 'bench', lpad(to_hex(:a::bigint), 32, '0')::uuid, 1000, 'EUR',
        '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', '{}', now());
INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
VALUES (gen_random_uuid(), 'bench', 'payment', :b::text, 'bench.payment-created', convert_to(repeat('x', 220), 'UTF8'),
        '{"ce_source": "/farthing/payment", "ce_subject": "019ab5a1-0000-7000-8000-000000000000", "ce_tenant": "bench", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}');
INSERT INTO audit (tenant, actor, action, subject, request_id, detail)
VALUES ('bench', 'bench', 'payment.create', :b::text, '019ab5a1-0000-7000-8000-000000000000', '{}');
INSERT INTO idempotency_key (tenant, operation, key, request_hash, resource, status, location, body)
VALUES ('bench', 'payment.create', :a::text, '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
        NULL, 202, '/v1/payments/019ab5a1-0000-7000-8000-000000000000', convert_to(repeat('x', 350), 'UTF8'));
COMMIT;
\endpipeline
