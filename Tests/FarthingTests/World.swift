/// What three databases hold after six payments, and two refunds of them, came to rest, as the
/// services would have left it.
///
/// Written by hand and with every trigger enabled, so that it also shows that the schemas accept
/// what is right. Ids end in what they are: payment, saga, hold, invoice and transfer of payment A
/// end in `a1`, `a2`, `a3`, `a4` and `a5`.
///
/// | payment | amount | came to |
/// |---|---|---|
/// | A | 1000 | succeeded, fee 59 and tax 12, invoice number 1 |
/// | B | 300 | refused by open-invoice |
/// | C | 99999 | refused by place-hold |
/// | D | 400 | refused by post-hold |
/// | E | 2000 | succeeded, fee 88 and tax 18, invoice number 2 |
/// | F | 50 | place-hold and its undo never answered in time, the undo came first |
enum World {
    static let payment = """
        CREATE TEMP TABLE world (
            letter text, status text, amount bigint, fee bigint, tax bigint, step text, code text);
        INSERT INTO world VALUES
            ('a', 'succeeded', 1000, 59, 12, NULL, NULL),
            ('b', 'failed', 300, NULL, NULL, 'open-invoice', 'customer-suspended'),
            ('c', 'failed', 99999, NULL, NULL, 'place-hold', 'insufficient-funds'),
            ('d', 'failed', 400, NULL, NULL, 'post-hold', 'account-frozen'),
            ('e', 'succeeded', 2000, 88, 18, NULL, NULL),
            ('f', 'failed', 50, NULL, NULL, 'place-hold', 'no-answer');

        CREATE TEMP TABLE story (letter text, sequence bigint, step text, direction text,
                                 status text);
        INSERT INTO story VALUES
            ('a', 1, 'place-hold', 'action', 'asked'), ('a', 2, 'place-hold', 'action', 'done'),
            ('a', 3, 'open-invoice', 'action', 'asked'), ('a', 4, 'open-invoice', 'action', 'done'),
            ('a', 5, 'post-hold', 'action', 'asked'), ('a', 6, 'post-hold', 'action', 'done'),
            ('a', 7, 'settle-invoice', 'action', 'asked'),
            ('a', 8, 'settle-invoice', 'action', 'done'),
            ('b', 1, 'place-hold', 'action', 'asked'), ('b', 2, 'place-hold', 'action', 'done'),
            ('b', 3, 'open-invoice', 'action', 'asked'),
            ('b', 4, 'open-invoice', 'action', 'refused'),
            ('b', 5, 'place-hold', 'compensation', 'asked'),
            ('b', 6, 'place-hold', 'compensation', 'done'),
            ('c', 1, 'place-hold', 'action', 'asked'), ('c', 2, 'place-hold', 'action', 'refused'),
            ('d', 1, 'place-hold', 'action', 'asked'), ('d', 2, 'place-hold', 'action', 'done'),
            ('d', 3, 'open-invoice', 'action', 'asked'), ('d', 4, 'open-invoice', 'action', 'done'),
            ('d', 5, 'post-hold', 'action', 'asked'), ('d', 6, 'post-hold', 'action', 'refused'),
            ('d', 7, 'open-invoice', 'compensation', 'asked'),
            ('d', 8, 'open-invoice', 'compensation', 'done'),
            ('d', 9, 'place-hold', 'compensation', 'asked'),
            ('d', 10, 'place-hold', 'compensation', 'done'),
            ('f', 1, 'place-hold', 'action', 'asked'), ('f', 2, 'place-hold', 'action', 'silent'),
            ('f', 3, 'place-hold', 'compensation', 'asked'),
            ('f', 4, 'place-hold', 'compensation', 'done');
        INSERT INTO story SELECT 'e', sequence, step, direction, status
        FROM story WHERE letter = 'a';

        CREATE FUNCTION pg_temp.id(letter text, kind text) RETURNS uuid LANGUAGE sql AS
            $$ SELECT ('01901600-0000-7000-8000-0000000000' || letter || kind)::uuid $$;

        INSERT INTO saga (id, definition, tenant, subject, state, progress, phase, log_length,
                          ended_at)
        SELECT pg_temp.id(letter, '2'), 'payment', 'acme', 'pay_' || pg_temp.id(letter, '1'), '{}',
               CASE WHEN step IS NULL THEN '{}'::jsonb
                    ELSE jsonb_build_object('failure', jsonb_build_object(
                        'step', step, 'code', code, 'detail', 'No.')) END,
               CASE status WHEN 'failed' THEN 'compensated' ELSE status END,
               (SELECT max(sequence) FROM story WHERE story.letter = world.letter), now()
        FROM world;

        INSERT INTO saga_log (saga, sequence, step, direction, status, attempt)
        SELECT pg_temp.id(letter, '2'), sequence, step, direction, status, 1 FROM story;

        INSERT INTO payment (id, tenant, saga, amount, currency, source, destination)
        SELECT pg_temp.id(letter, '1'), 'acme', pg_temp.id(letter, '2'), amount, 'USD',
               '01901600-0000-7000-8000-000000000002', '01901600-0000-7000-8000-000000000003'
        FROM world;

        UPDATE payment SET status = world.status, ended_at = now(),
            fee = world.fee, tax = world.tax,
            transfer = CASE WHEN code IS NULL THEN pg_temp.id(letter, '5') END,
            invoice = CASE WHEN code IS NULL THEN pg_temp.id(letter, '4') END,
            failure_step = step, failure_code = code,
            failure_detail = CASE WHEN code IS NOT NULL THEN 'No.' END
        FROM world WHERE id = pg_temp.id(letter, '1');

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'payment.events.v1', 'payment', 'pay_' || id, type, '{}',
               jsonb_build_object('ce_subject', 'pay_' || id)
        FROM payment, LATERAL (VALUES
            ('payment.created.v1'), ('payment.' || payment.status || '.v1')) AS told (type);

        INSERT INTO audit (tenant, actor, action, subject, detail)
        SELECT 'acme', 'alice', 'payment.create', 'pay_' || id, '{}' FROM payment;
        INSERT INTO audit (tenant, actor, action, subject, detail)
        SELECT 'acme', 'saga',
               CASE status WHEN 'failed' THEN 'payment.fail' ELSE 'payment.succeed' END,
               'pay_' || id, '{}'
        FROM payment;

        INSERT INTO idempotency_key (tenant, operation, key, request_hash, resource, status,
                                     location, body)
        SELECT 'acme', 'payment.create-payment', 'key-' || letter, '', NULL, 202,
               '/v1/payments/pay_' || pg_temp.id(letter, '1'), ''
        FROM world;
        """ + paymentRefunds

    static let ledger = """
        CREATE FUNCTION pg_temp.id(letter text, kind text) RETURNS uuid LANGUAGE sql AS
            $$ SELECT ('01901600-0000-7000-8000-0000000000' || letter || kind)::uuid $$;

        INSERT INTO account (id, tenant, kind, currency, name, role) VALUES
            (pg_temp.id('0', '1'), 'acme', 'asset', 'USD', 'Bank', NULL),
            (pg_temp.id('0', '2'), 'acme', 'liability', 'USD', 'Payer', NULL),
            (pg_temp.id('0', '3'), 'acme', 'liability', 'USD', 'Payee', NULL),
            (pg_temp.id('0', '4'), 'acme', 'revenue', 'USD', 'Fees USD', 'fees'),
            (pg_temp.id('0', '5'), 'acme', 'liability', 'USD', 'Tax USD', 'tax');

        UPDATE account
        SET posted = balance, version = entries, held = holds, recorded_at = now(),
            chain_at = now()
        FROM (VALUES ('1', 10000, 1, 0), ('2', 7000, 3, 500), ('3', 2823, 2, 0),
                     ('4', 147, 2, 0), ('5', 30, 2, 0)) AS last (digit, balance, entries, holds)
        WHERE id = pg_temp.id('0', digit);

        INSERT INTO transfer (id, tenant, payment, saga, hold) VALUES
            (pg_temp.id('0', '9'), 'acme', NULL, NULL, NULL),
            (pg_temp.id('a', '5'), 'acme', pg_temp.id('a', '1'), pg_temp.id('a', '2'),
             pg_temp.id('a', '3')),
            (pg_temp.id('e', '5'), 'acme', pg_temp.id('e', '1'), pg_temp.id('e', '2'),
             pg_temp.id('e', '3'));

        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT pg_temp.id('0', account), version, 'acme',
               CASE letter WHEN '0' THEN pg_temp.id('0', '9') ELSE pg_temp.id(letter, '5') END,
               line, side, amount, 'USD', balance
        FROM (VALUES
            ('0', 0, '1', 1, 'debit', 10000, 10000), ('0', 1, '2', 1, 'credit', 10000, 10000),
            ('a', 0, '2', 2, 'debit', 1000, 9000), ('a', 1, '3', 1, 'credit', 929, 929),
            ('a', 2, '4', 1, 'credit', 59, 59), ('a', 3, '5', 1, 'credit', 12, 12),
            ('e', 0, '2', 3, 'debit', 2000, 7000), ('e', 1, '3', 2, 'credit', 1894, 2823),
            ('e', 2, '4', 2, 'credit', 88, 147), ('e', 3, '5', 2, 'credit', 18, 30)
        ) AS line (letter, line, account, version, side, amount, balance);

        INSERT INTO hold (id, tenant, account, amount, currency, saga, payment)
        SELECT pg_temp.id(letter, '3'), 'acme', pg_temp.id('0', '2'), amount, 'USD',
               pg_temp.id(letter, '2'), pg_temp.id(letter, '1')
        FROM (VALUES ('a', 1000), ('b', 300), ('d', 400), ('e', 2000)) AS held (letter, amount);
        INSERT INTO hold (id, tenant, account, to_account, amount, currency) VALUES
            (pg_temp.id('0', '8'), 'acme', pg_temp.id('0', '2'), pg_temp.id('0', '3'), 500, 'USD');
        UPDATE hold SET status = 'posted', resolved_at = now(), transfer = pg_temp.id('a', '5')
        WHERE id = pg_temp.id('a', '3');
        UPDATE hold SET status = 'posted', resolved_at = now(), transfer = pg_temp.id('e', '5')
        WHERE id = pg_temp.id('e', '3');
        UPDATE hold SET status = 'voided', resolved_at = now()
        WHERE id IN (pg_temp.id('b', '3'), pg_temp.id('d', '3'));

        INSERT INTO barrier (saga, step, direction, outcome, reply_type, reply)
        SELECT pg_temp.id(letter, '2'), step, direction, outcome,
               CASE WHEN outcome <> 'undone-before-done' THEN 'reply' END,
               CASE WHEN outcome <> 'undone-before-done' THEN convert_to(outcome, 'UTF8') END
        FROM (VALUES
            ('a', 'place-hold', 'action', 'done'), ('a', 'post-hold', 'action', 'done'),
            ('b', 'place-hold', 'action', 'done'), ('b', 'place-hold', 'compensation', 'done'),
            ('c', 'place-hold', 'action', 'refused'),
            ('d', 'place-hold', 'action', 'done'), ('d', 'post-hold', 'action', 'refused'),
            ('d', 'place-hold', 'compensation', 'done'),
            ('e', 'place-hold', 'action', 'done'), ('e', 'post-hold', 'action', 'done'),
            ('f', 'place-hold', 'action', 'undone-before-done'),
            ('f', 'place-hold', 'compensation', 'done')
        ) AS answered (letter, step, direction, outcome);

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'ledger.events.v1', 'account', 'acct_' || account,
               'ledger.hold-changed.v1', '{}', jsonb_build_object('ce_subject', 'hold_' || id)
        FROM hold, generate_series(1, CASE status WHEN 'open' THEN 1 ELSE 2 END);
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'ledger.events.v1', 'transfer', 'txn_' || id,
               'ledger.transfer-posted.v1', '{}', jsonb_build_object('ce_subject', 'txn_' || id)
        FROM transfer;
        """ + ledgerRefunds + replies

    static let billing = """
        CREATE FUNCTION pg_temp.id(letter text, kind text) RETURNS uuid LANGUAGE sql AS
            $$ SELECT ('01901600-0000-7000-8000-0000000000' || letter || kind)::uuid $$;

        INSERT INTO customer (id, tenant, account, name, credit_limit) VALUES
            (pg_temp.id('0', '6'), 'acme', pg_temp.id('0', '2'), 'Payer', 5000);
        INSERT INTO fee_plan (id, tenant, currency, percent_bp, fixed, tax_bp) VALUES
            (pg_temp.id('0', '7'), 'acme', 'USD', 290, 30, 2000);

        WITH charged (letter, amount, fee, tax) AS (VALUES
            ('a', 1000, 59, 12), ('d', 400, 42, 8), ('e', 2000, 88, 18)
        ), invoices AS (
            INSERT INTO invoice (id, tenant, payment, saga, customer, source, destination, amount,
                                 currency, fee, tax, fee_plan)
            SELECT pg_temp.id(letter, '4'), 'acme', pg_temp.id(letter, '1'),
                   pg_temp.id(letter, '2'), pg_temp.id('0', '6'), pg_temp.id('0', '2'),
                   pg_temp.id('0', '3'), amount, 'USD', fee, tax, pg_temp.id('0', '7')
            FROM charged
        )
        INSERT INTO invoice_line (invoice, position, description, amount)
        SELECT pg_temp.id(letter, '4'), position, description, line
        FROM charged, LATERAL (VALUES (1, 'Fee', fee), (2, 'Tax', tax))
            AS line (position, description, line);

        UPDATE invoice SET status = 'settled', settled_at = now(), number = given
        FROM (VALUES ('a', 1), ('e', 2)) AS settled (letter, given)
        WHERE id = pg_temp.id(letter, '4');
        UPDATE invoice SET status = 'voided', voided_at = now() WHERE id = pg_temp.id('d', '4');
        INSERT INTO invoice_counter (tenant, last) VALUES ('acme', 2);

        INSERT INTO barrier (saga, step, direction, outcome, reply_type, reply)
        SELECT pg_temp.id(letter, '2'), step, direction, outcome, 'reply',
               convert_to(outcome, 'UTF8')
        FROM (VALUES
            ('a', 'open-invoice', 'action', 'done'), ('a', 'settle-invoice', 'action', 'done'),
            ('b', 'open-invoice', 'action', 'refused'),
            ('d', 'open-invoice', 'action', 'done'),
            ('d', 'open-invoice', 'compensation', 'done'),
            ('e', 'open-invoice', 'action', 'done'), ('e', 'settle-invoice', 'action', 'done')
        ) AS answered (letter, step, direction, outcome);

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'billing.events.v1', 'invoice', 'inv_' || id,
               'billing.invoice-changed.v1', '{}', jsonb_build_object('ce_subject', 'inv_' || id)
        FROM invoice, generate_series(1, 2);
        """ + billingRefunds + replies

    /// Makes payment C, in the payment database, as it was before it ended.
    static let reopenC = """
        UPDATE saga SET phase = 'running', ended_at = NULL, next_deadline = now(),
            look_at = now()
        WHERE id = '01901600-0000-7000-8000-0000000000c2';
        UPDATE payment SET status = 'processing', ended_at = NULL, failure_code = NULL,
            failure_step = NULL, failure_detail = NULL
        WHERE id = '01901600-0000-7000-8000-0000000000c1';
        DELETE FROM outbox WHERE type = 'payment.failed.v1'
            AND aggregateid = 'pay_01901600-0000-7000-8000-0000000000c1';
        DELETE FROM audit WHERE actor = 'saga'
            AND subject = 'pay_01901600-0000-7000-8000-0000000000c1'
        """

    /// A participant's answers, as its barrier recorded them.
    private static let replies = """

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'payment.replies.v1', 'saga', 'saga_' || saga, reply_type, reply,
               jsonb_build_object('ce_sagastep', step, 'ce_sagadirection', direction)
        FROM barrier WHERE reply IS NOT NULL;
        """
}
