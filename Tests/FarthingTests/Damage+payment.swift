extension Damage {
    /// Payments, sagas and what was answered.
    static let payment = [
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
                "refunds-stay-within-payments", "effects-match-their-refund",
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
            foundBy: ["succeeded-payments-are-complete", "succeeded-refunds-are-complete"],
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
            foundBy: [
                "payments-match-sagas", "answers-were-true", "no-orphans",
                "refunds-stay-within-payments",
            ],
            "DELETE FROM payment WHERE id = '01901600-0000-7000-8000-0000000000a1'"),
        Damage(
            "a saga that never ended", in: .payment,
            foundBy: ["sagas-have-ended", "payments-are-told", "payments-are-audited"],
            """
            UPDATE saga SET phase = 'running', ended_at = NULL, next_deadline = now(),
                look_at = now()
            WHERE id = '01901600-0000-7000-8000-0000000000c2';
            UPDATE payment SET status = 'processing', ended_at = NULL, failure_code = NULL,
                failure_step = NULL, failure_detail = NULL
            WHERE id = '01901600-0000-7000-8000-0000000000c1'
            """),
        Damage(
            "a saga that waits for a person", in: .payment, foundBy: ["sagas-need-nobody"],
            World.reopenC
                + """
                ;
                UPDATE saga SET phase = 'needs-intervention', next_deadline = NULL,
                    look_at = NULL
                WHERE id = '01901600-0000-7000-8000-0000000000c2'
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
}
