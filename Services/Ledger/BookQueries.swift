import Postgres

/// The statements that load a book and write back what became of it.
///
/// All of them take a whole batch at once. Every one matches the tenant along with the id, so that
/// a batch of several tenants' requests mixes nothing up.
enum BookQueries {
    /// Opens what is missing of the operator's accounts, in an order that everybody keeps.
    static let openOperatorAccounts = Statement(
        """
        INSERT INTO account (id, tenant, kind, currency, name, role)
        SELECT asked.id, asked.tenant, asked.kind, asked.currency, asked.name, asked.role
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
               AS asked (id, tenant, kind, currency, name, role)
         WHERE NOT EXISTS (
               SELECT FROM account
                WHERE account.tenant = asked.tenant
                  AND account.currency = asked.currency
                  AND account.role = asked.role)
         ORDER BY asked.tenant, asked.currency, asked.role
        ON CONFLICT (tenant, currency, role) WHERE role IS NOT NULL DO NOTHING
        RETURNING id, tenant, kind, currency, role, overdraft_limit, status, posted, held, version,
                  recorded_at, chain_at, displaced, ctid
        """)

    /// Locks, in the order of their ids, the accounts that are named, those that the named holds
    /// name, the operator's, and those of the transfers that are to be reversed. Foreign keys need
    /// no more than the keys, hence NO KEY. The clock of the last row was read when all were locked.
    ///
    /// That ids are compared with an array as well leaves the planner no way but the index: for the
    /// 1,000 accounts of a batch it would read all of 100,000, a third of what the batch takes.
    static let lockAccounts = Statement(
        """
        WITH named AS (
            SELECT id, tenant FROM unnest($1::uuid[], $2::text[]) AS asked (id, tenant)
            UNION
            SELECT party.id, hold.tenant
              FROM unnest($3::uuid[], $4::text[]) AS asked (id, tenant)
              JOIN hold USING (id, tenant)
             CROSS JOIN LATERAL (VALUES (hold.account), (hold.to_account)) AS party (id)
             WHERE hold.id = ANY ($3)
            UNION
            SELECT account.id, account.tenant
              FROM unnest($5::text[], $6::text[], $7::text[]) AS asked (tenant, currency, role)
              JOIN account USING (tenant, currency, role)
            UNION
            SELECT entry.account, entry.tenant
              FROM unnest($8::uuid[], $9::text[]) AS asked (transfer, tenant)
              JOIN entry USING (transfer, tenant)
             WHERE entry.transfer = ANY ($8)
        ), locked AS MATERIALIZED (
            SELECT account.id, account.tenant, kind, currency, role, overdraft_limit, status,
                   posted, held, version, recorded_at, chain_at, displaced, account.ctid
              FROM named
              JOIN account USING (id, tenant)
             WHERE account.id = ANY (ARRAY(SELECT id FROM named))
             ORDER BY account.id
               FOR NO KEY UPDATE OF account
        )
        SELECT locked.*, clock_timestamp() FROM locked
        """)

    /// `lockAccounts` where all accounts are named themselves, which is most often so. The planner
    /// keeps no plan for the longer statement, and making one took as long as locking seventy.
    ///
    /// $2 are the tenants of all: an account of one of them that another one names is locked too,
    /// and is unknown to who named it all the same. To match each with its own tenant took two thirds
    /// as long again.
    static let lockNamed = Statement(
        """
        SELECT locked.*, clock_timestamp()
          FROM (SELECT id, tenant, kind, currency, role, overdraft_limit, status, posted, held,
                       version, recorded_at, chain_at, displaced, ctid
                  FROM account
                 WHERE id = ANY ($1) AND tenant = ANY ($2)
                 ORDER BY id
                   FOR NO KEY UPDATE) AS locked
        """)

    /// Of what `lockNamed` locks, that which nobody else has.
    static let lockFree = Statement(
        """
        SELECT locked.*, clock_timestamp()
          FROM (SELECT id, tenant, kind, currency, role, overdraft_limit, status, posted, held,
                       version, recorded_at, chain_at, displaced, ctid
                  FROM account
                 WHERE id = ANY ($1) AND tenant = ANY ($2)
                 ORDER BY id
                   FOR NO KEY UPDATE SKIP LOCKED) AS locked
        """)

    /// Of what `lockFree` locks, that which nobody has asked for.
    static let lockUnasked = Statement(
        """
        SELECT locked.*, clock_timestamp()
          FROM (SELECT id, tenant, kind, currency, role, overdraft_limit, status, posted, held,
                       version, recorded_at, chain_at, displaced, ctid
                  FROM account
                 WHERE id = ANY ($1) AND tenant = ANY ($2)
                   AND uuid_hash(id) & 2147483647 NOT IN (
                       SELECT objid::int8::int4
                         FROM pg_locks
                        WHERE locktype = 'advisory' AND classid = 1516205 AND objsubid = 2
                          AND database = (SELECT oid FROM pg_database
                                           WHERE datname = current_database()))
                 ORDER BY id
                   FOR NO KEY UPDATE SKIP LOCKED) AS locked
        """)

    /// Tells everybody that these accounts are waited for, until the transaction ends. That two of
    /// them have the same hash only makes one of them be left alone too.
    static let ask = Statement(
        """
        SELECT pg_advisory_xact_lock_shared(1516205, uuid_hash(id) & 2147483647)
          FROM unnest($1::uuid[]) AS id
        """)

    static let areThere = Statement(
        "SELECT EXISTS (SELECT FROM account WHERE id = ANY ($1) AND tenant = ANY ($2))")

    /// What is locked and written from here on can be given back and undone.
    static let beginAhead = Statement("SAVEPOINT ahead")
    static let giveBack = Statement("ROLLBACK TO SAVEPOINT ahead")

    /// Waits until no other large request of the tenant has all its accounts locked; $1 tenant.
    static let awaitTurn = Statement("SELECT pg_advisory_xact_lock(1516204, hashtext($1))")

    static let clock = Statement("SELECT clock_timestamp()")

    /// Reads holds after their accounts are locked, which is what makes them stand still.
    static let readHolds = Statement(
        """
        SELECT hold.id, hold.tenant, account, to_account, amount, currency, status,
               coalesce(expires_at <= clock_timestamp(), false), payment, saga, transfer
          FROM unnest($1::uuid[], $2::text[]) AS asked (id, tenant)
          JOIN hold USING (id, tenant)
         WHERE hold.id = ANY ($1)
        """)

    /// Reads transfers that are to be reversed, and what is left of them, after their accounts are
    /// locked: a reversal locks the same ones.
    static let readReversibles = Statement(
        """
        SELECT transfer.id, transfer.tenant, transfer.payment, transfer.reverses, entry.account,
               entry.side, entry.currency,
               (sum(entry.amount) - coalesce((
                   SELECT sum(back.amount)
                     FROM transfer AS reversal
                     JOIN entry AS back ON back.transfer = reversal.id
                    WHERE reversal.reverses = transfer.id AND back.account = entry.account
                      AND back.side <> entry.side AND back.currency = entry.currency), 0))::int8
          FROM unnest($1::uuid[], $2::text[]) AS asked (id, tenant)
          JOIN transfer USING (id, tenant)
          JOIN entry ON entry.transfer = transfer.id
         WHERE transfer.id = ANY ($1) AND entry.transfer = ANY ($1)
         GROUP BY transfer.id, entry.account, entry.side, entry.currency
        """)

    static let takenReferences = Statement(
        """
        SELECT asked.tenant, asked.reference
          FROM unnest($1::text[], $2::text[]) AS asked (tenant, reference)
         CROSS JOIN LATERAL (
            SELECT FROM transfer
             WHERE transfer.tenant = asked.tenant AND transfer.reference = asked.reference
             LIMIT 1) AS taken
        """)

    /// For what moves no balance: the status of accounts, and what is held on them.
    static let updateAccounts = Statement(
        """
        UPDATE account
           SET status = changed.status, held = changed.held
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int8[])
               AS changed (id, tenant, status, held)
         WHERE account.id = changed.id AND account.tenant = changed.tenant
           AND account.id = ANY ($1)
        """)

    /// Balances, transfers and entries, which the function checks as it writes them. $1 to $13 are
    /// accounts, $14 to $24 transfers, $25 to $33 entries, $34 is when all of it is recorded.
    /// A reference that another transaction took since `takenReferences` makes this one run again.
    static let post = Statement(
        """
        SELECT post_transfers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                              $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
                              $30, $31, $32, $33, $34)
        """, overtakenAt: "transfer_reference")

    static let insertHolds = Statement(
        """
        INSERT INTO hold (id, tenant, account, to_account, amount, currency, payment, saga,
                          follows, expires_at)
        SELECT id, tenant, account, to_account, amount, currency, payment, saga, follows,
               CASE WHEN follows IS NULL THEN now() + make_interval(secs => expires_in)
                    ELSE (SELECT hold.expires_at FROM hold WHERE hold.id = placed.follows) END
          FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::int8[], $6::text[],
                      $7::uuid[], $8::uuid[], $9::int8[], $10::uuid[])
               AS placed (id, tenant, account, to_account, amount, currency, payment, saga,
                          expires_in, follows)
        """)

    static let resolveHolds = Statement(
        """
        UPDATE hold
           SET status = resolved.status, transfer = resolved.transfer, resolved_at = now()
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[])
               AS resolved (id, tenant, status, transfer)
         WHERE hold.id = resolved.id AND hold.tenant = resolved.tenant AND hold.id = ANY ($1)
        """)

    /// Open holds whose time is up, the longest overdue first.
    static let overdueHolds = Statement(
        """
        SELECT id, tenant
          FROM hold
         WHERE status = 'open' AND expires_at <= now()
         ORDER BY expires_at
         LIMIT $1
        """)
}
