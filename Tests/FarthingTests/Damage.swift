import Testing

/// Something done to sound books behind the services' backs, and the checks that must find it.
struct Damage: Sendable, CustomTestStringConvertible {
    let what: String
    let database: Books.Service
    let sql: String
    /// All of them, and no other.
    let foundBy: Set<String>

    var testDescription: String { "\(database.rawValue): \(what)" }

    init(_ what: String, in database: Books.Service, foundBy: Set<String>, _ sql: String) {
        self.what = what
        self.database = database
        self.sql = sql
        self.foundBy = foundBy
    }

    static let all = ledger + billing + payment + walls
}

extension Damage {
    fileprivate static let ledger = [
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
                "succeeded-payments-are-complete",
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
            UPDATE entry SET account = '01901600-0000-7000-8000-000000000002', version = 4
            WHERE account = '01901600-0000-7000-8000-000000000003' AND version = 2
            """),
        Damage(
            "an entry removed", in: .ledger,
            foundBy: [
                "transfers-balance", "balances-are-sums", "versions-are-contiguous",
                "succeeded-payments-are-complete",
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
            VALUES ('01901600-0000-7000-8000-000000000003', 3, 'acme', gen_random_uuid(), 0,
                    'credit', 1, 'USD', 2824)
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
            UPDATE account SET held = 7001 WHERE id = '01901600-0000-7000-8000-000000000002'
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
            foundBy: ["once-per-saga", "holds-match-transfers", "transfers-are-told"],
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
            UPDATE account SET version = entry.version, posted = entry.balance_after
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

    fileprivate static let billing = [
        Damage(
            "a gap in the invoice numbers", in: .billing, foundBy: ["invoice-numbers-are-gapless"],
            "UPDATE invoice SET number = 3 WHERE number = 2"),
        Damage(
            "a counter that ran ahead", in: .billing, foundBy: ["invoice-numbers-are-gapless"],
            "UPDATE invoice_counter SET last = 3"),
        Damage(
            "a line edited", in: .billing, foundBy: ["invoice-lines-sum-to-the-total"],
            """
            UPDATE invoice_line SET amount = amount + 1
            WHERE invoice = '01901600-0000-7000-8000-0000000000a4' AND position = 1
            """),
        Damage(
            "another fee than the payer was charged", in: .billing,
            foundBy: ["succeeded-payments-are-complete"],
            """
            UPDATE invoice SET fee = fee + 1 WHERE id = '01901600-0000-7000-8000-0000000000a4';
            UPDATE invoice_line SET amount = amount + 1
            WHERE invoice = '01901600-0000-7000-8000-0000000000a4' AND position = 1
            """),
        Damage(
            "an invoice orphaned: open although its payment failed", in: .billing,
            foundBy: [
                "invoices-match-barrier", "invoices-are-told", "failed-payments-leave-nothing",
            ],
            """
            UPDATE invoice SET status = 'open', voided_at = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000d4'
            """),
        Damage(
            "an invoice of a saga that does not exist", in: .billing,
            foundBy: ["invoices-match-barrier", "no-orphans"],
            """
            UPDATE invoice SET saga = gen_random_uuid()
            WHERE id = '01901600-0000-7000-8000-0000000000d4'
            """),
        Damage(
            "a settlement lost", in: .billing,
            foundBy: [
                "invoice-numbers-are-gapless", "settlements-match-barrier", "invoices-are-told",
                "succeeded-payments-are-complete",
            ],
            """
            UPDATE invoice SET status = 'open', settled_at = NULL, number = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000e4'
            """),
        Damage(
            "a command applied twice: the invoice is there again", in: .billing,
            foundBy: [
                "once-per-saga", "invoice-lines-sum-to-the-total", "settlements-match-barrier",
                "invoices-are-told", "succeeded-payments-are-complete",
            ],
            """
            ALTER TABLE invoice DROP CONSTRAINT invoice_saga_key;
            ALTER TABLE invoice DROP CONSTRAINT invoice_payment_key;
            INSERT INTO invoice (id, tenant, payment, saga, customer, source, destination, amount,
                                 currency, fee, tax, fee_plan)
            SELECT gen_random_uuid(), tenant, payment, saga, customer, source, destination, amount,
                   currency, fee, tax, fee_plan
            FROM invoice WHERE id = '01901600-0000-7000-8000-0000000000a4'
            """),
        Damage(
            "more open invoices than the customer's limit", in: .billing,
            foundBy: [
                "credit-limits-hold", "invoices-match-barrier", "invoices-are-told",
                "failed-payments-leave-nothing",
            ],
            """
            UPDATE customer SET credit_limit = 399;
            UPDATE invoice SET status = 'open', voided_at = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000d4'
            """),
    ]

    fileprivate static let payment = [
        Damage(
            "a failed payment called a success", in: .payment,
            foundBy: [
                "payments-match-sagas", "payments-are-told", "payments-are-audited",
                "succeeded-payments-are-complete",
            ],
            """
            UPDATE payment SET status = 'succeeded', fee = 0, tax = 0,
                transfer = gen_random_uuid(), invoice = gen_random_uuid(),
                failure_code = NULL, failure_step = NULL, failure_detail = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000b1'
            """),
        Damage(
            "a successful payment called a failure", in: .payment,
            foundBy: [
                "payments-match-sagas", "failures-match-sagas", "payments-are-told",
                "payments-are-audited", "failed-payments-leave-nothing",
            ],
            """
            UPDATE payment SET status = 'failed', fee = NULL, tax = NULL, transfer = NULL,
                invoice = NULL, failure_code = 'no', failure_step = 'no', failure_detail = 'no'
            WHERE id = '01901600-0000-7000-8000-0000000000a1'
            """),
        Damage(
            "a payment's amount changed", in: .payment,
            foundBy: ["effects-match-their-payment", "succeeded-payments-are-complete"],
            """
            UPDATE payment SET amount = amount + 1
            WHERE id = '01901600-0000-7000-8000-0000000000a1'
            """),
        Damage(
            "a payment's destination changed", in: .payment,
            foundBy: ["succeeded-payments-are-complete"],
            """
            UPDATE payment SET destination = gen_random_uuid()
            WHERE id = '01901600-0000-7000-8000-0000000000a1'
            """),
        Damage(
            "another reason for a failure", in: .payment, foundBy: ["failures-match-sagas"],
            """
            UPDATE payment SET failure_code = 'bad-luck'
            WHERE id = '01901600-0000-7000-8000-0000000000b1'
            """),
        Damage(
            "a payment removed", in: .payment,
            foundBy: ["payments-match-sagas", "answers-were-true", "no-orphans"],
            "DELETE FROM payment WHERE id = '01901600-0000-7000-8000-0000000000a1'"),
        Damage(
            "a saga that never ended", in: .payment,
            foundBy: ["sagas-have-ended", "payments-are-told", "payments-are-audited"],
            """
            UPDATE saga SET phase = 'running', ended_at = NULL, next_deadline = now()
            WHERE id = '01901600-0000-7000-8000-0000000000c2';
            UPDATE payment SET status = 'processing', ended_at = NULL, failure_code = NULL,
                failure_step = NULL, failure_detail = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000c1'
            """),
        Damage(
            "a log that was cut off", in: .payment,
            foundBy: ["saga-logs-are-contiguous", "saga-logs-end-properly"],
            """
            DELETE FROM saga_log
            WHERE saga = '01901600-0000-7000-8000-0000000000a2' AND sequence = 8
            """),
        Damage(
            "a log with a line missing", in: .payment, foundBy: ["saga-logs-are-contiguous"],
            """
            DELETE FROM saga_log
            WHERE saga = '01901600-0000-7000-8000-0000000000a2' AND sequence = 4
            """),
        Damage(
            "a log whose end was rewritten", in: .payment, foundBy: ["saga-logs-end-properly"],
            """
            UPDATE saga_log SET status = 'silent'
            WHERE saga = '01901600-0000-7000-8000-0000000000b2' AND sequence = 6
            """),
        Damage(
            "an end that nobody was told of", in: .payment, foundBy: ["payments-are-told"],
            "DELETE FROM outbox WHERE type = 'payment.failed.v1'"),
        Damage(
            "an end told twice", in: .payment, foundBy: ["payments-are-told"],
            """
            INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
            SELECT gen_random_uuid(), topic, aggregatetype, aggregateid, type, payload, headers
            FROM outbox WHERE aggregateid = 'pay_01901600-0000-7000-8000-0000000000a1'
                AND type = 'payment.succeeded.v1'
            """),
        Damage(
            "a change without its audit row", in: .payment, foundBy: ["payments-are-audited"],
            """
            DELETE FROM audit WHERE subject = 'pay_01901600-0000-7000-8000-0000000000c1'
                AND actor = 'saga'
            """),
        Damage(
            "an answer for a payment that is not there", in: .payment,
            foundBy: ["answers-were-true"],
            """
            UPDATE idempotency_key
            SET location = '/v1/payments/pay_01901600-0000-7000-8000-0000000000ff'
            WHERE key = 'key-a'
            """),
    ]

    /// The database's own walls, breached without anything having come through yet.
    fileprivate static let walls = [
        Damage(
            "a trigger disabled", in: .ledger, foundBy: ["triggers-are-enabled"],
            "ALTER TABLE entry DISABLE TRIGGER entry_append_only"),
        Damage(
            "the deferred check of transfers disabled", in: .ledger,
            foundBy: ["triggers-are-enabled"],
            "ALTER TABLE transfer DISABLE TRIGGER transfer_balanced"),
        Damage(
            "foreign keys disabled", in: .ledger, foundBy: ["triggers-are-enabled"],
            "ALTER TABLE hold DISABLE TRIGGER ALL"),
        Damage(
            "a trigger dropped", in: .ledger, foundBy: ["triggers-are-present"],
            "DROP TRIGGER transfer_balanced ON transfer"),
        Damage(
            "a trigger dropped", in: .billing, foundBy: ["triggers-are-present"],
            "DROP TRIGGER invoice_counter_gapless ON invoice_counter"),
        Damage(
            "a trigger dropped", in: .payment, foundBy: ["triggers-are-present"],
            "DROP TRIGGER payment_ends_once ON payment"),
        Damage(
            "the right to remove entries granted", in: .ledger,
            foundBy: ["facts-cannot-be-changed"],
            "GRANT DELETE ON entry TO farthing_service"),
        Damage(
            "the right to edit one column of the audit trail granted", in: .payment,
            foundBy: ["facts-cannot-be-changed"],
            "GRANT UPDATE (detail) ON audit TO farthing_service"),
    ]
}
