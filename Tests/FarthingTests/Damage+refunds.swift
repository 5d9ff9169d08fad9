extension Damage {
    /// Refunds, credit notes and reversals.
    static let refunds = [
        Damage(
            "more refunded than was paid", in: .payment,
            foundBy: [
                "refunds-stay-within-payments", "effects-match-their-refund",
                "succeeded-refunds-are-complete",
            ],
            "UPDATE refund SET amount = 1001 WHERE id = '01901600-0000-7000-8000-000000000076'"),
        Damage(
            "a refund that says it failed, its saga that it succeeded", in: .payment,
            foundBy: [
                "refunds-match-sagas", "refunds-are-told", "refunds-are-audited",
                "failed-refunds-leave-nothing",
            ],
            """
            UPDATE refund SET status = 'failed', fee = NULL, tax = NULL, transfer = NULL,
                credit_note = NULL, failure_code = 'x', failure_step = 'y', failure_detail = 'z'
            WHERE id = '01901600-0000-7000-8000-000000000076'
            """),
        Damage(
            "a refund nobody was told of", in: .payment, foundBy: ["refunds-are-told"],
            "DELETE FROM outbox WHERE type = 'payment.refund-succeeded.v1'"),
        Damage(
            "a refund missing from the audit trail", in: .payment,
            foundBy: ["refunds-are-audited"],
            "DELETE FROM audit WHERE action = 'refund.create'"),
        Damage(
            "an answer about a refund that is not there", in: .payment,
            foundBy: ["refund-answers-were-true"],
            """
            UPDATE idempotency_key SET location = '/v1/refunds/ref_' || gen_random_uuid()
            WHERE key = 'key-7'
            """),
        Damage(
            "a gap in the credit note numbers", in: .billing,
            foundBy: ["credit-note-numbers-are-gapless"],
            "UPDATE credit_note SET number = 2 WHERE number = 1"),
        Damage(
            "more given back than was charged", in: .billing,
            foundBy: ["credit-stays-within-invoices", "succeeded-refunds-are-complete"],
            "UPDATE credit_note SET fee = 60 WHERE number = 1"),
        Damage(
            "a credit note that is void no more, though its refund failed", in: .billing,
            foundBy: [
                "credit-notes-match-barrier", "credit-notes-are-told",
                "failed-refunds-leave-nothing",
            ],
            "UPDATE credit_note SET status = 'open', voided_at = NULL WHERE status = 'voided'"),
        Damage(
            "a credit note's settlement lost", in: .billing,
            foundBy: [
                "credit-note-numbers-are-gapless", "credit-note-settlements-match-barrier",
                "credit-notes-are-told", "succeeded-refunds-are-complete",
            ],
            """
            UPDATE credit_note SET status = 'open', settled_at = NULL, number = NULL
            WHERE number = 1
            """),
        Damage(
            "a credit note of a saga that does not exist", in: .billing,
            foundBy: ["credit-notes-match-barrier", "no-orphans"],
            "UPDATE credit_note SET saga = gen_random_uuid() WHERE status = 'voided'"),
        Damage(
            "a reversal of another transfer", in: .ledger,
            foundBy: [
                "reversals-are-of-transfers", "reversals-stay-within-transfers",
                "effects-match-their-refund",
            ],
            """
            UPDATE transfer SET reverses = '01901600-0000-7000-8000-000000000009'
            WHERE reverses IS NOT NULL
            """),
        Damage(
            "a reversal that is one no more: the payment moved twice", in: .ledger,
            foundBy: ["once-per-saga", "effects-match-their-refund"],
            "UPDATE transfer SET reverses = NULL WHERE reverses IS NOT NULL"),
        Damage(
            "a payment given back that nobody refunded", in: .ledger,
            foundBy: ["effects-have-their-saga"],
            """
            INSERT INTO transfer (id, tenant, payment, reverses)
            SELECT '01901600-0000-7000-8000-0000000000ff', tenant, payment, id
            FROM transfer WHERE id = '01901600-0000-7000-8000-0000000000e5';
            INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                               balance_after) VALUES
                ('01901600-0000-7000-8000-000000000003', 4, 'acme',
                 '01901600-0000-7000-8000-0000000000ff', 0, 'debit', 100, 'USD', 2259),
                ('01901600-0000-7000-8000-000000000002', 5, 'acme',
                 '01901600-0000-7000-8000-0000000000ff', 1, 'credit', 100, 'USD', 7600);
            UPDATE account
            SET version = entry.version, posted = entry.balance_after,
                recorded_at = entry.created_at, chain_at = entry.chain_at
            FROM entry WHERE entry.account = account.id
              AND entry.transfer = '01901600-0000-7000-8000-0000000000ff';
            INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
            SELECT gen_random_uuid(), 'ledger.events.v1', 'transfer', subject,
                   'ledger.transfer-posted.v1', '{}', jsonb_build_object('ce_subject', subject)
            FROM (VALUES ('txn_01901600-0000-7000-8000-0000000000ff')) AS told (subject)
            """),
    ]
}
