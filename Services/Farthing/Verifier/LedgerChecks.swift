import Postgres

/// What must be true of the ledger's database.
enum LedgerChecks {
    static let all = [
        transfersBalance, entriesBelong, booksBalance, balancesAreSums, versionsAreContiguous,
        balancesChain, nobodyIsOverdrawn, heldIsTheSumOfHolds, holdsMatchTransfers, oncePerSaga,
        effectsHaveTheirSaga, holdsMatchBarrier, transfersMatchBarrier, holdsAreTold,
        transfersAreTold, triggersArePresent, balancesHaveOneDoor,
    ]

    static let transfersBalance = Check(
        "transfers-balance", invariant: 1,
        Statement(
            """
            SELECT 'txn_' || transfer.id,
                   CASE WHEN entry.currency IS NULL THEN 'has no entry'
                        ELSE format('has debits less credits of %s %s',
                                    sum(CASE entry.side WHEN 'debit' THEN entry.amount
                                                        ELSE -entry.amount END),
                                    entry.currency) END
            FROM transfer LEFT JOIN entry ON entry.transfer = transfer.id
            GROUP BY transfer.id, entry.currency
            HAVING entry.currency IS NULL
                OR sum(CASE entry.side WHEN 'debit' THEN entry.amount
                                       ELSE -entry.amount END) <> 0
            LIMIT 1000
            """))

    static let entriesBelong = Check(
        "entries-belong", invariant: 1,
        Statement(
            """
            SELECT format('entry %s of acct_%s', entry.version, entry.account),
                   CASE WHEN transfer.id IS NULL THEN 'has no transfer'
                        WHEN account.id IS NULL THEN 'has no account'
                        WHEN entry.currency <> account.currency THEN 'is in another currency'
                        ELSE 'crosses tenants' END
            FROM entry
            LEFT JOIN transfer ON transfer.id = entry.transfer
            LEFT JOIN account ON account.id = entry.account
            WHERE transfer.id IS NULL OR account.id IS NULL
               OR entry.currency <> account.currency
               OR entry.tenant <> transfer.tenant OR entry.tenant <> account.tenant
            LIMIT 1000
            """))

    static let booksBalance = Check(
        "books-balance", invariant: 1,
        Statement(
            """
            SELECT format('tenant %s', tenant),
                   format('has debit less credit balances of %s %s',
                          sum(CASE WHEN kind IN ('asset', 'expense') THEN posted
                                   ELSE -posted END),
                          currency)
            FROM account
            GROUP BY tenant, currency
            HAVING sum(CASE WHEN kind IN ('asset', 'expense') THEN posted ELSE -posted END) <> 0
            LIMIT 1000
            """))

    static let balancesAreSums = Check(
        "balances-are-sums", invariant: 2,
        Statement(
            """
            SELECT 'acct_' || account.id,
                   format('has a balance of %s, but its entries sum to %s',
                          account.posted, coalesce(entries.total, 0))
            FROM account
            LEFT JOIN (
                SELECT entry.account,
                       sum(CASE WHEN (entry.side = 'debit') = (kind IN ('asset', 'expense'))
                                THEN entry.amount ELSE -entry.amount END) AS total
                FROM entry JOIN account ON account.id = entry.account
                GROUP BY entry.account
            ) AS entries ON entries.account = account.id
            WHERE account.posted <> coalesce(entries.total, 0)
            LIMIT 1000
            """))

    static let versionsAreContiguous = Check(
        "versions-are-contiguous", invariant: 2,
        Statement(
            """
            SELECT 'acct_' || account.id,
                   format('is at version %s, but has %s entries up to version %s',
                          account.version, coalesce(entries.count, 0),
                          coalesce(entries.last, 0))
            FROM account
            LEFT JOIN (
                SELECT account, count(*) AS count, max(version) AS last
                FROM entry GROUP BY account
            ) AS entries ON entries.account = account.id
            WHERE account.version <> coalesce(entries.count, 0)
               OR account.version <> coalesce(entries.last, 0)
            LIMIT 1000
            """))

    static let balancesChain = Check(
        "balances-chain", invariant: 2,
        Statement(
            """
            SELECT format('entry %s of acct_%s', version, account),
                   format('says that the balance is %s after it, but it is %s',
                          balance_after, running)
            FROM (
                SELECT entry.account, entry.version, entry.balance_after,
                       sum(CASE WHEN (entry.side = 'debit') = (kind IN ('asset', 'expense'))
                                THEN entry.amount ELSE -entry.amount END)
                           OVER (PARTITION BY entry.account ORDER BY entry.version) AS running
                FROM entry JOIN account ON account.id = entry.account
            ) AS chained
            WHERE balance_after <> running
            LIMIT 1000
            """))

    static let nobodyIsOverdrawn = Check(
        "nobody-is-overdrawn", invariant: 3,
        Statement(
            """
            SELECT 'acct_' || id,
                   format('has %s posted and %s held, with a limit of %s',
                          posted, held, overdraft_limit)
            FROM account
            WHERE posted - held < -overdraft_limit
            LIMIT 1000
            """))

    static let heldIsTheSumOfHolds = Check(
        "held-is-the-sum-of-holds", invariant: 3,
        Statement(
            """
            SELECT 'acct_' || account.id,
                   format('has %s held, but its open holds sum to %s',
                          account.held, coalesce(holds.total, 0))
            FROM account
            LEFT JOIN (
                SELECT account, sum(amount) AS total
                FROM hold WHERE status = 'open' GROUP BY account
            ) AS holds ON holds.account = account.id
            WHERE account.held <> coalesce(holds.total, 0)
            LIMIT 1000
            """))

    static let holdsMatchTransfers = Check(
        "holds-match-transfers", invariant: 5,
        Statement(
            """
            SELECT 'hold_' || coalesce(hold.id, transfer.hold),
                   CASE WHEN hold.id IS NULL
                        THEN format('is not posted, but txn_%s says that it was', transfer.id)
                        WHEN transfer.id IS NULL
                        THEN format('is %s by %s, which does not name it', hold.status,
                                    coalesce('txn_' || hold.transfer, 'no transfer'))
                        ELSE format('is %s, but has txn_%s', hold.status, transfer.id) END
            FROM (
                SELECT id, status, transfer FROM hold
                WHERE status = 'posted' OR transfer IS NOT NULL
            ) AS hold
            FULL JOIN (SELECT id, hold FROM transfer WHERE hold IS NOT NULL) AS transfer
                ON transfer.hold = hold.id AND transfer.id = hold.transfer
            WHERE hold.id IS NULL OR transfer.id IS NULL OR hold.status <> 'posted'
            LIMIT 1000
            """))

    static let holdsAreTold = Check(
        "holds-are-told", invariant: 6,
        Statement(
            """
            SELECT 'hold_' || hold.id,
                   format('is %s, and the outbox tells %s changes of it',
                          hold.status, coalesce(told.changes, 0))
            FROM hold
            LEFT JOIN (
                SELECT headers ->> 'ce_subject' AS subject, count(*) AS changes
                FROM outbox WHERE type = 'ledger.hold-changed.v1' GROUP BY 1
            ) AS told ON told.subject = 'hold_' || hold.id
            CROSS JOIN outbox_kept AS kept
            CROSS JOIN LATERAL (
                SELECT CASE hold.status WHEN 'open' THEN 1 ELSE 2 END AS changes
            ) AS expected
            WHERE coalesce(told.changes, 0) > expected.changes
               OR (hold.created_at >= kept.since
                   AND coalesce(told.changes, 0) < expected.changes)
            LIMIT 1000
            """))

    static let transfersAreTold = Check(
        "transfers-are-told", invariant: 6,
        Statement(
            """
            SELECT 'txn_' || transfer.id,
                   format('is told %s times by the outbox', coalesce(told.times, 0))
            FROM transfer
            LEFT JOIN (
                SELECT headers ->> 'ce_subject' AS subject, count(*) AS times
                FROM outbox WHERE type = 'ledger.transfer-posted.v1' GROUP BY 1
            ) AS told ON told.subject = 'txn_' || transfer.id
            CROSS JOIN outbox_kept AS kept
            WHERE told.times > 1
               OR (transfer.created_at >= kept.since AND told.times IS NULL)
            LIMIT 1000
            """))

    static let triggersArePresent = Check(
        "triggers-are-present", invariant: 4,
        Statement(
            """
            SELECT format('trigger %s on %s', expected.name, expected.on_table), 'is missing'
            FROM (VALUES
                ('outbox', 'outbox_never_changes'),
                ('inbox', 'inbox_never_changes'),
                ('barrier', 'barrier_never_changes'),
                ('barrier', 'barrier_never_emptied'),
                ('audit', 'audit_is_append_only'),
                ('audit_leaf', 'audit_leaf_is_append_only'),
                ('audit_checkpoint', 'audit_checkpoint_is_append_only'),
                ('audit_subtree', 'audit_subtree_is_append_only'),
                ('transfer', 'transfer_append_only'),
                ('transfer', 'transfer_reversed_within'),
                ('entry', 'entry_append_only'),
                ('account', 'account_opened_empty'),
                ('account', 'account_kept'),
                ('hold', 'hold_resolved_once'),
                ('hold', 'hold_kept')
            ) AS expected (on_table, name)
            LEFT JOIN pg_trigger AS present
                ON present.tgrelid = to_regclass('public.' || expected.on_table)
               AND present.tgname = expected.name
            WHERE present.oid IS NULL
            """))

    static let balancesHaveOneDoor = Check(
        "balances-have-one-door", invariant: 2,
        Statement(
            """
            SELECT format('role %s', role.rolname),
                   format('may write %s without post_transfers', wall.what)
            FROM pg_roles AS role
            CROSS JOIN LATERAL (
                SELECT 'rows of ' || added.name AS what,
                       has_any_column_privilege(role.oid, added.name, 'INSERT') AS is_open
                FROM (VALUES ('public.transfer'), ('public.entry')) AS added (name)
                UNION ALL
                SELECT moved.name || ' of account',
                       has_column_privilege(role.oid, 'public.account', moved.name, 'UPDATE')
                FROM (VALUES ('posted'), ('version'), ('recorded_at'), ('chain_at'),
                             ('displaced')) AS moved (name)
            ) AS wall
            WHERE wall.is_open AND NOT role.rolsuper
              AND pg_has_role(role.oid, 'farthing_service', 'USAGE')
              AND role.oid <> (SELECT relowner FROM pg_class WHERE oid = 'public.account'::regclass)
            """))
}
