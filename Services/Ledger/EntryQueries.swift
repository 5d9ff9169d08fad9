import Postgres

/// Reads an account's entries in the order of either axis. $1 is the account, $2 the time from
/// which, $3 the time before which; either may be null.
enum EntryQueries {
    /// $4 the version after which, $5 how many at most. Both ends are found by halving, so that the
    /// index is read from the first line that is shown to the last.
    static let known = Statement(
        """
        SELECT entry.transfer, transfer.reference, entry.side, entry.amount, entry.currency,
               entry.balance_after, entry.version, entry.effective_at, entry.created_at
          FROM entry
          JOIN transfer ON transfer.id = entry.transfer
         WHERE entry.account = $1
           AND entry.version > greatest($4::int8, CASE WHEN $2::timestamptz IS NULL THEN 0 ELSE
                   entry_version_at($1, $2 - interval '1 microsecond', 'known') END)
           AND entry.version <= CASE WHEN $3::timestamptz IS NULL THEN 9223372036854775807 ELSE
                   entry_version_at($1, $3 - interval '1 microsecond', 'known') END
         ORDER BY entry.version
         LIMIT $5::int8
        """)

    /// $4 how many entries of the first moment are skipped, $5 how many are shown at most. Entries
    /// that took effect in the order of recording come from the primary key, the displaced ones from
    /// an index of their own.
    static let effective = Statement(
        """
        WITH chained AS (
            SELECT entry.*
              FROM entry
             WHERE entry.account = $1 AND entry.effective_at = entry.chain_at
               AND entry.version > CASE WHEN $2::timestamptz IS NULL THEN 0 ELSE
                       entry_version_at($1, $2 - interval '1 microsecond', 'effective') END
               AND entry.version <= CASE WHEN $3::timestamptz IS NULL THEN 9223372036854775807 ELSE
                       entry_version_at($1, $3 - interval '1 microsecond', 'effective') END
             ORDER BY entry.version
             LIMIT $4::int8 + $5::int8
        ), displaced AS (
            SELECT entry.*
              FROM entry
             WHERE entry.account = $1 AND entry.effective_at <> entry.chain_at
               AND entry.effective_at >= coalesce($2, '-infinity')
               AND entry.effective_at < coalesce($3, 'infinity')
             ORDER BY entry.effective_at, entry.version
             LIMIT $4::int8 + $5::int8
        ), running AS (
            SELECT line.*,
                   CASE WHEN $2 IS NULL THEN 0 ELSE
                       balance_at($1, $2 - interval '1 microsecond', 'effective') END
                   + sum(CASE WHEN (line.side = 'debit') = (account.kind IN ('asset', 'expense'))
                              THEN line.amount ELSE -line.amount END)
                         OVER (ORDER BY line.effective_at, line.version) AS balance
              FROM (SELECT * FROM chained UNION ALL SELECT * FROM displaced) AS line
              JOIN account ON account.id = line.account
        )
        SELECT running.transfer, transfer.reference, running.side, running.amount,
               running.currency, running.balance::int8, running.version, running.effective_at,
               running.created_at
          FROM running
          JOIN transfer ON transfer.id = running.transfer
         ORDER BY running.effective_at, running.version
        OFFSET $4::int8
         LIMIT $5::int8
        """)

    /// Opening and closing balance. $4 the axis.
    static let bounds = Statement(
        """
        SELECT CASE WHEN $2::timestamptz IS NULL THEN 0 ELSE
                   balance_at($1, $2 - interval '1 microsecond', $4) END,
               CASE WHEN $3::timestamptz IS NULL THEN account.posted ELSE
                   balance_at($1, $3 - interval '1 microsecond', $4) END
          FROM account
         WHERE account.id = $1::uuid
        """)
}
