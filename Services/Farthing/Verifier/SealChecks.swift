import Postgres

/// What was written down a minute ago is sealed, wherever anything is: whether it still says what
/// was sealed is for `farthing audit verify`, which has the keys.
enum SealChecks {
    static let everyDatabase = [
        Check(
            "audit-is-sealed", invariant: 4,
            Statement(
                """
                SELECT 'aud_' || audit.id, format('is not sealed, %s after it was written',
                                                  date_trunc('second', clock_timestamp() - audit.at))
                FROM audit
                LEFT JOIN audit_leaf AS leaf
                    ON leaf.kind = 'audit' AND leaf.row_key = 'aud_' || audit.id
                WHERE leaf.row_key IS NULL AND audit.at < clock_timestamp() - interval '1 minute'
                  AND EXISTS (SELECT FROM audit_checkpoint)
                LIMIT 1000
                """))
    ]

    static let ledger = [
        Check(
            "transfers-are-sealed", invariant: 4,
            Statement(
                """
                SELECT 'txn_' || transfer.id,
                       format('is not sealed, %s after it was recorded',
                              date_trunc('second', clock_timestamp() - transfer.created_at))
                FROM transfer
                LEFT JOIN audit_leaf AS leaf
                    ON leaf.kind = 'transfer' AND leaf.row_key = 'txn_' || transfer.id
                WHERE leaf.row_key IS NULL
                  AND transfer.created_at < clock_timestamp() - interval '1 minute'
                  AND EXISTS (SELECT FROM audit_checkpoint)
                LIMIT 1000
                """))
    ]
}
