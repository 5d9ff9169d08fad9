extension Damage {
    /// Accounts, entries, transfers and holds.
    static let ledger = [
        Damage(
            "an entry's amount changed", in: .ledger,
            foundBy: [
                "transfers-balance", "balances-are-sums", "balances-chain",
                "succeeded-payments-are-complete",
            ],
            """
            UPDATE entry SET amount = amount + 1
            WHERE account = '01901600-0000-7000-8000-000000000002' AND version = 2
            """),
        Damage(
            "an entry's side turned", in: .ledger,
            foundBy: [
                "transfers-balance", "balances-are-sums", "balances-chain",
                "succeeded-payments-are-complete", "reversals-stay-within-transfers",
            ],
            """
            UPDATE entry SET side = 'credit'
            WHERE account = '01901600-0000-7000-8000-000000000002' AND version = 2
            """),
        Damage(
            "an entry moved to another account", in: .ledger,
            foundBy: [
                "balances-are-sums", "versions-are-contiguous", "balances-chain",
                "succeeded-payments-are-complete",
            ],
            """
            UPDATE entry SET account = '01901600-0000-7000-8000-000000000002', version = 5
            WHERE account = '01901600-0000-7000-8000-000000000003' AND version = 2
            """),
        Damage(
            "an entry removed", in: .ledger,
            foundBy: [
                "transfers-balance", "balances-are-sums", "versions-are-contiguous",
                "balances-chain", "succeeded-payments-are-complete",
            ],
            """
            DELETE FROM entry
            WHERE account = '01901600-0000-7000-8000-000000000005' AND version = 2
            """),
        Damage(
            "an entry without a transfer", in: .ledger,
            foundBy: ["entries-belong", "balances-are-sums", "versions-are-contiguous"],
            """
            INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                               balance_after)
            VALUES ('01901600-0000-7000-8000-000000000003', 4, 'acme', gen_random_uuid(), 0,
                    'credit', 1, 'USD', 2360)
            """),
        Damage(
            "an entry of another tenant", in: .ledger, foundBy: ["entries-belong"],
            """
            UPDATE entry SET tenant = 'mallory'
            WHERE account = '01901600-0000-7000-8000-000000000003' AND version = 2
            """),
        Damage(
            "a transfer without entries", in: .ledger,
            foundBy: ["transfers-balance", "transfers-are-told"],
            "INSERT INTO transfer (id, tenant) VALUES (gen_random_uuid(), 'acme')"),
        Damage(
            "a balance edited", in: .ledger, foundBy: ["balances-are-sums", "books-balance"],
            """
            UPDATE account SET posted = posted + 1
            WHERE id = '01901600-0000-7000-8000-000000000003'
            """),
        Damage(
            "a version edited", in: .ledger, foundBy: ["versions-are-contiguous"],
            """
            UPDATE account SET version = version + 1
            WHERE id = '01901600-0000-7000-8000-000000000003'
            """),
        Damage(
            "a balance after an entry edited", in: .ledger, foundBy: ["balances-chain"],
            """
            UPDATE entry SET balance_after = balance_after + 1
            WHERE account = '01901600-0000-7000-8000-000000000003' AND version = 1
            """),
        Damage(
            "an account overdrawn by holds", in: .ledger,
            foundBy: ["nobody-is-overdrawn", "held-is-the-sum-of-holds"],
            """
            ALTER TABLE account DROP CONSTRAINT account_within_limit;
            UPDATE account SET held = 7501 WHERE id = '01901600-0000-7000-8000-000000000002'
            """),
        Damage(
            "a held sum edited", in: .ledger, foundBy: ["held-is-the-sum-of-holds"],
            """
            UPDATE account SET held = 0 WHERE id = '01901600-0000-7000-8000-000000000002'
            """),
        Damage(
            "a hold orphaned: open although its payment failed", in: .ledger,
            foundBy: [
                "held-is-the-sum-of-holds", "holds-match-barrier", "holds-are-told",
                "failed-payments-leave-nothing",
            ],
            """
            UPDATE hold SET status = 'open', resolved_at = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000b3'
            """),
        Damage(
            "a hold of a saga that does not exist", in: .ledger,
            foundBy: [
                "held-is-the-sum-of-holds", "holds-match-barrier", "holds-are-told", "no-orphans",
            ],
            """
            INSERT INTO hold (id, tenant, account, amount, currency, saga, payment)
            VALUES (gen_random_uuid(), 'acme', '01901600-0000-7000-8000-000000000002', 5, 'USD',
                    gen_random_uuid(), gen_random_uuid())
            """),
        Damage(
            "a command applied twice: the transfer is there again", in: .ledger,
            foundBy: [
                "once-per-saga", "effects-have-their-saga", "holds-match-transfers",
                "transfers-are-told",
            ],
            """
            INSERT INTO transfer (id, tenant, payment, hold)
            SELECT '01901600-0000-7000-8000-0000000000ff', tenant, payment, hold
            FROM transfer WHERE id = '01901600-0000-7000-8000-0000000000a5';
            INSERT INTO entry (account, version, tenant, transfer, line, side, amount, currency,
                               balance_after)
            SELECT entry.account, account.version + 1, entry.tenant,
                   '01901600-0000-7000-8000-0000000000ff', line, side, amount, entry.currency,
                   account.posted + CASE side WHEN 'debit' THEN -amount ELSE amount END
            FROM entry JOIN account ON account.id = entry.account
            WHERE transfer = '01901600-0000-7000-8000-0000000000a5';
            UPDATE account
            SET version = entry.version, posted = entry.balance_after,
                recorded_at = entry.created_at, chain_at = entry.chain_at
            FROM entry WHERE entry.account = account.id
              AND entry.transfer = '01901600-0000-7000-8000-0000000000ff'
            """),
        Damage(
            "a command applied twice: the hold is there again", in: .ledger,
            foundBy: ["once-per-saga", "succeeded-payments-are-complete"],
            """
            DROP INDEX hold_saga;
            INSERT INTO hold (id, tenant, account, amount, currency, status, saga, payment,
                              resolved_at)
            SELECT '01901600-0000-7000-8000-0000000000ff', tenant, account, amount, currency,
                   'voided', saga, payment, now()
            FROM hold WHERE id = '01901600-0000-7000-8000-0000000000a3';
            INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
            SELECT gen_random_uuid(), topic, aggregatetype, aggregateid, type, payload,
                   jsonb_build_object('ce_subject', 'hold_01901600-0000-7000-8000-0000000000ff')
            FROM outbox
            WHERE headers ->> 'ce_subject' = 'hold_01901600-0000-7000-8000-0000000000a3'
            """),
        Damage(
            "a hold of a payment that no saga asked for", in: .ledger,
            foundBy: ["effects-have-their-saga", "holds-match-barrier"],
            """
            UPDATE hold SET saga = NULL WHERE id = '01901600-0000-7000-8000-0000000000b3'
            """),
        Damage(
            "a refused command that had its effect", in: .ledger,
            foundBy: ["transfers-match-barrier"],
            """
            UPDATE barrier SET outcome = 'refused'
            WHERE saga = '01901600-0000-7000-8000-0000000000a2' AND step = 'post-hold'
            """),
        Damage(
            "a command done without its effect", in: .ledger, foundBy: ["holds-match-barrier"],
            """
            UPDATE barrier SET outcome = 'done'
            WHERE saga = '01901600-0000-7000-8000-0000000000c2' AND step = 'place-hold'
            """),
        Damage(
            "an answer that was never given", in: .ledger, foundBy: ["commands-are-answered"],
            """
            DELETE FROM outbox WHERE aggregateid = 'saga_01901600-0000-7000-8000-0000000000d2'
                AND headers ->> 'ce_sagastep' = 'post-hold'
            """),
        Damage(
            "a transfer that nobody was told of", in: .ledger, foundBy: ["transfers-are-told"],
            """
            DELETE FROM outbox
            WHERE headers ->> 'ce_subject' = 'txn_01901600-0000-7000-8000-0000000000a5'
            """),
        Damage(
            "a hold of another amount than its payment", in: .ledger,
            foundBy: ["effects-match-their-payment"],
            """
            UPDATE hold SET amount = amount + 1
            WHERE id = '01901600-0000-7000-8000-0000000000b3'
            """),
    ]
}
