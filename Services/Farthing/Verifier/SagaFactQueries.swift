import Postgres

/// Reads facts by ranges of saga ids, through the unique index that each table has on its saga.
enum SagaFactQueries {
    static let payments = Statement(
        """
        SELECT saga, id, tenant, status, amount, currency, source, destination, fee, tax, transfer,
               invoice
        FROM payment
        WHERE saga > $1::uuid
        ORDER BY saga
        LIMIT $2
        """)

    static let holds = Statement(
        """
        SELECT saga, id, tenant, payment, account, amount, currency, status
        FROM hold
        WHERE saga > $1::uuid AND saga <= $2::uuid
        """)

    /// A transfer without entries is found by its own check.
    static let lines = Statement(
        """
        SELECT transfer.saga, transfer.id, transfer.tenant, transfer.payment, entry.account,
               account.role, entry.side, entry.amount, entry.currency, transfer.reverses
        FROM transfer
        JOIN entry ON entry.transfer = transfer.id
        LEFT JOIN account ON account.id = entry.account
        WHERE transfer.saga > $1::uuid AND transfer.saga <= $2::uuid
        """)

    static let invoices = Statement(
        """
        SELECT saga, id, tenant, payment, amount, currency, fee, tax, status
        FROM invoice
        WHERE saga > $1::uuid AND saga <= $2::uuid
        """)

    static let refunds = Statement(
        """
        SELECT refund.saga, refund.id, refund.tenant, refund.status, refund.amount,
               refund.currency, refund.fee, refund.tax, refund.transfer, refund.credit_note,
               payment.id, payment.source, payment.destination, payment.transfer, payment.invoice
        FROM refund JOIN payment ON payment.id = refund.payment
        WHERE refund.saga > $1::uuid AND refund.saga <= $2::uuid
        """)

    static let creditNotes = Statement(
        """
        SELECT saga, id, tenant, refund, payment, invoice, amount, currency, fee, tax, status
        FROM credit_note
        WHERE saga > $1::uuid AND saga <= $2::uuid
        """)

    /// Sagas that have neither ended nor wait for a person.
    static let sagasUnderWay = Statement(
        "SELECT count(*) FROM saga WHERE phase IN ('running', 'compensating')")
}
