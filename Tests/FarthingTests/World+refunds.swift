extension World {
    /// What two refunds left behind. Ids as elsewhere; `6` is the refund, `7` its credit note.
    ///
    /// | refund | of | amount | came to |
    /// |---|---|---|---|
    /// | 7 | A | 500 | succeeded, fee 30 and tax 6, credit note number 1 |
    /// | 8 | E | 2000 | refused by reverse-transfer |
    static let paymentRefunds = """

        CREATE TEMP TABLE refund_world (
            letter text, of text, status text, amount bigint, step text, code text);
        INSERT INTO refund_world VALUES
            ('7', 'a', 'succeeded', 500, NULL, NULL),
            ('8', 'e', 'failed', 2000, 'reverse-transfer', 'insufficient-funds');

        CREATE TEMP TABLE refund_story (letter text, sequence bigint, step text, direction text,
                                        status text);
        INSERT INTO refund_story VALUES
            ('7', 1, 'open-credit-note', 'action', 'asked'),
            ('7', 2, 'open-credit-note', 'action', 'done'),
            ('7', 3, 'reverse-transfer', 'action', 'asked'),
            ('7', 4, 'reverse-transfer', 'action', 'done'),
            ('7', 5, 'settle-credit-note', 'action', 'asked'),
            ('7', 6, 'settle-credit-note', 'action', 'done'),
            ('8', 1, 'open-credit-note', 'action', 'asked'),
            ('8', 2, 'open-credit-note', 'action', 'done'),
            ('8', 3, 'reverse-transfer', 'action', 'asked'),
            ('8', 4, 'reverse-transfer', 'action', 'refused'),
            ('8', 5, 'open-credit-note', 'compensation', 'asked'),
            ('8', 6, 'open-credit-note', 'compensation', 'done');

        INSERT INTO saga (id, definition, tenant, subject, state, progress, phase, log_length,
                          ended_at)
        SELECT pg_temp.id(letter, '2'), 'refund', 'acme', 'ref_' || pg_temp.id(letter, '6'), '{}',
               CASE WHEN step IS NULL THEN '{}'::jsonb
                    ELSE jsonb_build_object('failure', jsonb_build_object(
                        'step', step, 'code', code, 'detail', 'No.')) END,
               CASE status WHEN 'failed' THEN 'compensated' ELSE status END,
               (SELECT max(sequence) FROM refund_story AS story
                WHERE story.letter = refund_world.letter), now()
        FROM refund_world;

        INSERT INTO saga_log (saga, sequence, step, direction, status, attempt)
        SELECT pg_temp.id(letter, '2'), sequence, step, direction, status, 1 FROM refund_story;

        INSERT INTO refund (id, tenant, payment, saga, amount, currency)
        SELECT pg_temp.id(letter, '6'), 'acme', pg_temp.id(of, '1'), pg_temp.id(letter, '2'),
               amount, 'USD'
        FROM refund_world;
        UPDATE refund SET status = 'succeeded', ended_at = now(), fee = 30, tax = 6,
            transfer = pg_temp.id('7', '5'), credit_note = pg_temp.id('7', '7')
        WHERE id = pg_temp.id('7', '6');
        UPDATE refund SET status = 'failed', ended_at = now(), failure_step = 'reverse-transfer',
            failure_code = 'insufficient-funds', failure_detail = 'No.'
        WHERE id = pg_temp.id('8', '6');

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'payment.events.v1', 'refund', 'pay_' || payment, type, '{}',
               jsonb_build_object('ce_subject', 'ref_' || id)
        FROM refund, LATERAL (VALUES
            ('payment.refund-created.v1'), ('payment.refund-' || refund.status || '.v1'))
            AS told (type);

        INSERT INTO audit (tenant, actor, action, subject, detail)
        SELECT 'acme', 'alice', 'refund.create', 'ref_' || id, '{}' FROM refund;
        INSERT INTO audit (tenant, actor, action, subject, detail)
        SELECT 'acme', 'saga',
               CASE status WHEN 'failed' THEN 'refund.fail' ELSE 'refund.succeed' END,
               'ref_' || id, '{}'
        FROM refund;

        INSERT INTO idempotency_key (tenant, operation, key, request_hash, resource, status,
                                     location, body)
        SELECT 'acme', 'payment.refund-payment', 'key-' || letter, '', NULL, 202,
               '/v1/refunds/ref_' || pg_temp.id(letter, '6'), ''
        FROM refund_world;
        """

    static let ledgerRefunds = """

        UPDATE account
        SET posted = balance, version = entries, recorded_at = now(), chain_at = now()
        FROM (VALUES ('2', 7500, 4), ('3', 2359, 3), ('4', 117, 3), ('5', 24, 3))
            AS last (digit, balance, entries)
        WHERE id = pg_temp.id('0', digit);
        INSERT INTO transfer (id, tenant, payment, saga, reverses) VALUES
            (pg_temp.id('7', '5'), 'acme', pg_temp.id('a', '1'), pg_temp.id('7', '2'),
             pg_temp.id('a', '5'));
        INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                           balance_after)
        SELECT pg_temp.id('0', account), version, 'acme', pg_temp.id('7', '5'), line, side, amount,
               'USD', balance
        FROM (VALUES
            (0, '3', 3, 'debit', 464, 2359), (1, '4', 3, 'debit', 30, 117),
            (2, '5', 3, 'debit', 6, 24), (3, '2', 4, 'credit', 500, 7500)
        ) AS line (line, account, version, side, amount, balance);

        INSERT INTO barrier (saga, step, direction, outcome, reply_type, reply)
        SELECT pg_temp.id(letter, '2'), 'reverse-transfer', 'action', outcome, 'reply',
               convert_to(outcome, 'UTF8')
        FROM (VALUES ('7', 'done'), ('8', 'refused')) AS answered (letter, outcome);

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'ledger.events.v1', 'transfer', 'txn_' || id,
               'ledger.transfer-posted.v1', '{}', jsonb_build_object('ce_subject', 'txn_' || id)
        FROM transfer WHERE reverses IS NOT NULL;
        """

    static let billingRefunds = """

        INSERT INTO credit_note (id, tenant, refund, saga, payment, invoice, amount, currency, fee,
                                 tax)
        SELECT pg_temp.id(letter, '7'), 'acme', pg_temp.id(letter, '6'), pg_temp.id(letter, '2'),
               pg_temp.id(of, '1'), pg_temp.id(of, '4'), amount, 'USD', fee, tax
        FROM (VALUES ('7', 'a', 500, 30, 6), ('8', 'e', 2000, 88, 18))
            AS opened (letter, of, amount, fee, tax);
        UPDATE credit_note SET status = 'settled', settled_at = now(), number = 1
        WHERE id = pg_temp.id('7', '7');
        UPDATE credit_note SET status = 'voided', voided_at = now()
        WHERE id = pg_temp.id('8', '7');
        INSERT INTO credit_note_counter (tenant, last) VALUES ('acme', 1);

        INSERT INTO barrier (saga, step, direction, outcome, reply_type, reply)
        SELECT pg_temp.id(letter, '2'), step, direction, 'done', 'reply',
               convert_to('done', 'UTF8')
        FROM (VALUES
            ('7', 'open-credit-note', 'action'), ('7', 'settle-credit-note', 'action'),
            ('8', 'open-credit-note', 'action'), ('8', 'open-credit-note', 'compensation')
        ) AS answered (letter, step, direction);

        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), 'billing.events.v1', 'credit-note', 'inv_' || invoice,
               'billing.credit-note-changed.v1', '{}', jsonb_build_object('ce_subject', 'cn_' || id)
        FROM credit_note, generate_series(1, 2);
        """
}
