extension Damage {
    /// Invoices, their lines and their numbers.
    static let billing = [
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
}
