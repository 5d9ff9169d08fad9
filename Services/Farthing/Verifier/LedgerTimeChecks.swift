import Postgres

/// What must be true of the times that the ledger keeps (its migration `time` explains them).
enum LedgerTimeChecks {
    static let all = [timesRunOn, timesAreTheTransfers, accountsEndWithEntries, displacedIsSummed]

    static let timesRunOn = Check(
        "times-run-on", invariant: 2,
        Statement(
            """
            SELECT format('entry %s of acct_%s', version, account),
                   CASE WHEN created_at < created_before THEN 'was recorded before the one before'
                        ELSE 'neither continues the chain of effective times nor is displaced' END
            FROM (
                SELECT entry.account, entry.version, entry.created_at, entry.effective_at,
                       entry.chain_at, entry.displaced,
                       CASE WHEN (side = 'debit') = (kind IN ('asset', 'expense'))
                            THEN amount ELSE -amount END AS change,
                       lag(entry.created_at, 1, '-infinity') OVER before AS created_before,
                       lag(entry.chain_at, 1, '1900-01-01 00:00:00Z') OVER before AS chain_before,
                       lag(entry.displaced, 1, 0::bigint) OVER before AS displaced_before
                FROM entry JOIN account ON account.id = entry.account
                WINDOW before AS (PARTITION BY entry.account ORDER BY entry.version)
            ) AS timed
            WHERE created_at < created_before
               OR NOT CASE WHEN effective_at = chain_at
                           THEN chain_at BETWEEN chain_before AND created_at
                                AND displaced = displaced_before
                           ELSE chain_at = chain_before
                                AND displaced = displaced_before + change END
            LIMIT 1000
            """))

    static let timesAreTheTransfers = Check(
        "entries-have-their-transfers-times", invariant: 2,
        Statement(
            """
            SELECT format('entry %s of acct_%s', entry.version, entry.account),
                   'does not have the times of its transfer'
            FROM entry JOIN transfer ON transfer.id = entry.transfer
            WHERE entry.created_at <> transfer.created_at
               OR entry.effective_at <> transfer.effective_at
            LIMIT 1000
            """))

    static let accountsEndWithEntries = Check(
        "accounts-end-with-their-entries", invariant: 2,
        Statement(
            """
            SELECT 'acct_' || account.id, 'does not have the times of its last entry'
            FROM account
            JOIN entry ON entry.account = account.id AND entry.version = account.version
            WHERE account.recorded_at < entry.created_at OR account.chain_at <> entry.chain_at
               OR account.displaced <> entry.displaced
            LIMIT 1000
            """))

    static let displacedIsSummed = Check(
        "displaced-entries-are-summed", invariant: 2,
        Statement(
            """
            SELECT 'acct_' || coalesce(summed.account, known.account),
                   format('has displaced entries of %s at level %s in %s, but %s are known',
                          coalesce(summed.amount, 0), coalesce(summed.level, known.level),
                          coalesce(summed.bucket, known.bucket), coalesce(known.amount, 0))
            FROM (
                SELECT entry.account, level::smallint,
                       microseconds(entry.effective_at) >> (8 * level) AS bucket,
                       sum(CASE WHEN (side = 'debit') = (kind IN ('asset', 'expense'))
                                THEN amount ELSE -amount END) AS amount
                FROM entry JOIN account ON account.id = entry.account
                CROSS JOIN generate_series(0, 6) AS level
                WHERE entry.effective_at <> entry.chain_at
                GROUP BY 1, 2, 3
            ) AS summed
            FULL JOIN displacement AS known USING (account, level, bucket)
            WHERE coalesce(summed.amount, 0) <> coalesce(known.amount, 0)
            LIMIT 1000
            """))
}
