import Postgres

/// What the HTTP API reads, and how it opens an account.
enum LedgerQueries {
    static let openAccount = Statement(
        """
        INSERT INTO account (id, tenant, kind, currency, name, overdraft_limit, metadata)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """)

    /// A hold takes from its payee only where a credit does; there it is not coming in.
    static let account = Statement(
        """
        SELECT id, kind, currency, name, status, overdraft_limit, posted, held,
               CASE WHEN kind IN ('asset', 'expense') THEN 0 ELSE (
                   SELECT coalesce(sum(hold.amount), 0)::int8
                     FROM hold
                    WHERE hold.tenant = account.tenant AND hold.to_account = account.id
                      AND hold.status = 'open') END,
               metadata, created_at
          FROM account
         WHERE tenant = $1 AND id = $2::uuid
        """)

    /// Newest first, from below the cursor. $4 kind, $5 status, $6 currency and $7 metadata narrow
    /// the list where they are not null.
    static let accounts = Statement(
        """
        SELECT id, kind, currency, name, status, overdraft_limit, posted, held,
               CASE WHEN kind IN ('asset', 'expense') THEN 0 ELSE (
                   SELECT coalesce(sum(hold.amount), 0)::int8
                     FROM hold
                    WHERE hold.tenant = account.tenant AND hold.to_account = account.id
                      AND hold.status = 'open') END,
               metadata, created_at
          FROM account
         WHERE tenant = $1
           AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR status = $5)
           AND ($6::text IS NULL OR currency = $6) AND ($7::jsonb IS NULL OR metadata @> $7)
         ORDER BY id DESC
         LIMIT $3::int8
        """)

    /// What is null stays as it is.
    static let updateAccount = Statement(
        """
        UPDATE account
           SET name = coalesce($3, name), overdraft_limit = coalesce($4, overdraft_limit),
               metadata = coalesce($5::jsonb, metadata)
         WHERE tenant = $1 AND id = $2::uuid
        """)

    /// Waits for whoever is changing the account, and keeps others from it. $2 the moment that is
    /// asked for, or null. No transaction of the ledger lasts an hour, by the timeouts of its
    /// connections, so none is waited for that could record something before a moment so long past.
    static let lockAgainstWriters = Statement(
        """
        SELECT id FROM account
         WHERE id = $1::uuid
           AND ($2::timestamptz IS NULL OR $2 >= clock_timestamp() - interval '1 hour')
           FOR SHARE
        """)

    /// The moment, the balance then, and whether it is past. $1 account, $2 moment or null, $3 axis.
    /// Of now is what was recorded last, also while the clock is behind that.
    static let balanceAt = Statement(
        """
        SELECT moment.at, balance_at($1, moment.at, $3),
               $2::timestamptz IS NULL OR moment.at < clock_timestamp()
          FROM (SELECT coalesce($2, greatest(clock_timestamp(), account.recorded_at)) AS at
                  FROM account WHERE account.id = $1::uuid OFFSET 0) AS moment
        """)

    static let transfer = Statement(
        """
        SELECT reference, payment, hold, metadata, effective_at, created_at, reverses,
               ARRAY (SELECT reversal.id FROM transfer AS reversal
                       WHERE reversal.reverses = transfer.id ORDER BY reversal.id),
               (SELECT coalesce(sum(entry.amount), 0)
                  FROM transfer AS reversal JOIN entry ON entry.transfer = reversal.id
                 WHERE reversal.reverses = transfer.id AND entry.side = 'debit')::int8
          FROM transfer
         WHERE tenant = $1 AND id = $2::uuid
        """)

    /// Newest first, from below the cursor; all, or those of one reference.
    static let transfers = Statement(
        """
        SELECT id
          FROM transfer
         WHERE tenant = $1
           AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           AND ($3::text IS NULL OR reference = $3)
         ORDER BY id DESC
         LIMIT $4::int8
        """)

    static let transferEntries = Statement(
        """
        SELECT account, side, amount, currency, balance_after
          FROM entry
         WHERE tenant = $1 AND transfer = $2::uuid
         ORDER BY line
        """)

    static let hold = Statement(
        """
        SELECT id, account, to_account, amount, currency, status, payment, transfer, expires_at,
               created_at, follows,
               (SELECT rest.id FROM hold AS rest WHERE rest.follows = hold.id)
          FROM hold
         WHERE tenant = $1 AND id = $2::uuid
        """)

    /// $2 a moment or null for now, $3 the axis. Only accounts that have changed since, or have
    /// entries that took effect out of turn, need to be looked up as they were. A sum may be larger
    /// than a balance can be.
    static let trialBalance = Statement(
        """
        SELECT currency, kind, sum(
                   CASE WHEN $2::timestamptz IS NULL
                             OR (recorded_at <= $2 AND ($3 = 'known' OR NOT EXISTS (
                                 SELECT FROM displacement
                                  WHERE displacement.account = account.id))) THEN posted
                        ELSE balance_at(id, $2, $3) END)::text
          FROM account
         WHERE tenant = $1
         GROUP BY currency, kind
         ORDER BY currency, kind
        """)

    static let hasCome = Statement("SELECT $1::timestamptz <= clock_timestamp()")

    /// $1 the moment that is asked for: see `lockAgainstWriters`.
    static let awaitWriters = Statement(
        """
        SELECT await_writers() WHERE $1::timestamptz >= clock_timestamp() - interval '1 hour'
        """)
}
