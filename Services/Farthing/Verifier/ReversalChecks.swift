import Postgres

/// What must be true of transfers that reverse others.
enum ReversalChecks {
    static let all = [reversalsStayWithin, reversalsAreOfTransfers]

    static let reversalsStayWithin = Check(
        "reversals-stay-within-transfers",
        Statement(
            """
            SELECT 'txn_' || given.reverses,
                   format('moved %s on the other side of acct_%s, and its reversals give %s back',
                          coalesce(moved.amount, 0), given.account, given.amount)
            FROM (
                SELECT reversal.reverses, entry.account, entry.side, entry.currency,
                       sum(entry.amount) AS amount
                FROM transfer AS reversal JOIN entry ON entry.transfer = reversal.id
                WHERE reversal.reverses IS NOT NULL
                GROUP BY reversal.reverses, entry.account, entry.side, entry.currency
            ) AS given
            LEFT JOIN LATERAL (
                SELECT sum(entry.amount) AS amount FROM entry
                WHERE entry.transfer = given.reverses AND entry.account = given.account
                  AND entry.side <> given.side AND entry.currency = given.currency
            ) AS moved ON true
            WHERE given.amount > coalesce(moved.amount, 0)
            LIMIT 1000
            """))

    static let reversalsAreOfTransfers = Check(
        "reversals-are-of-transfers",
        Statement(
            """
            SELECT 'txn_' || reversal.id,
                   format('reverses txn_%s, which is %s', reversal.reverses,
                          CASE WHEN original.id IS NULL THEN 'not there'
                               WHEN original.reverses IS NOT NULL THEN 'a reversal itself'
                               ELSE 'of another tenant or payment' END)
            FROM transfer AS reversal LEFT JOIN transfer AS original
                ON original.id = reversal.reverses
            WHERE reversal.reverses IS NOT NULL
              AND (original.id IS NULL OR original.reverses IS NOT NULL
                   OR (original.tenant, original.payment)
                      IS DISTINCT FROM (reversal.tenant, reversal.payment))
            LIMIT 1000
            """))
}
