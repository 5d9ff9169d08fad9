import Postgres

/// What the ledger did for sagas, each thing once and as its barrier says.
extension LedgerChecks {
    static let oncePerSaga = Check(
        "once-per-saga", invariant: 5,
        Statement(
            """
            SELECT owner, format('has %s %ss: %s', count(*), effect, string_agg(id, ', '))
            FROM (
                SELECT 'hold' AS effect, 'saga_' || saga AS owner, 'hold_' || id AS id
                FROM hold WHERE saga IS NOT NULL
                UNION ALL
                SELECT 'hold', 'pay_' || payment, 'hold_' || id
                FROM hold WHERE payment IS NOT NULL
                UNION ALL
                SELECT 'transfer', 'saga_' || saga, 'txn_' || id
                FROM transfer WHERE saga IS NOT NULL
                UNION ALL
                SELECT 'transfer', 'pay_' || payment, 'txn_' || id
                FROM transfer WHERE payment IS NOT NULL AND reverses IS NULL
                UNION ALL
                SELECT 'transfer', 'hold_' || hold, 'txn_' || id
                FROM transfer WHERE hold IS NOT NULL
            ) AS effects
            GROUP BY owner, effect
            HAVING count(*) > 1
            LIMIT 1000
            """))

    /// What names a payment was done for a saga. What names none is compared with no payment or
    /// refund across the databases, so that it could give money back unseen.
    static let effectsHaveTheirSaga = Check(
        "effects-have-their-saga", invariant: 5,
        Statement(
            """
            SELECT id, format('names payment %s and saga %s', payment, saga)
            FROM (
                SELECT 'hold_' || id AS id, payment, saga FROM hold
                UNION ALL
                SELECT 'txn_' || id, payment, saga FROM transfer
            ) AS effect
            WHERE (payment IS NULL) <> (saga IS NULL)
            LIMIT 1000
            """))

    static let holdsMatchBarrier = Check(
        "holds-match-barrier", invariant: 5,
        Statement(
            """
            SELECT 'saga_' || coalesce(placed.saga, voided.saga, hold.saga),
                   format('had place-hold %s and void-hold %s, and its hold is %s',
                          coalesce(placed.outcome, 'unanswered'),
                          coalesce(voided.outcome, 'unanswered'),
                          coalesce(hold.status, 'not there'))
            FROM (SELECT saga, status FROM hold WHERE saga IS NOT NULL) AS hold
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'place-hold' AND direction = 'action'
            ) AS placed ON placed.saga = hold.saga
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step = 'place-hold' AND direction = 'compensation'
            ) AS voided ON voided.saga = placed.saga
            WHERE (placed.outcome IS NOT DISTINCT FROM 'done') <> (hold.saga IS NOT NULL)
               OR (voided.saga IS NOT NULL AND placed.saga IS NULL)
               OR (voided.outcome = 'done' AND hold.status IN ('open', 'posted'))
            LIMIT 1000
            """))

    static let transfersMatchBarrier = Check(
        "transfers-match-barrier", invariant: 5,
        Statement(
            """
            SELECT 'saga_' || coalesce(posted.saga, transfer.saga),
                   format('had its pivot %s, and its transfer is %s',
                          coalesce(posted.outcome, 'unanswered'),
                          coalesce('txn_' || transfer.id, 'not there'))
            FROM (SELECT id, saga FROM transfer WHERE saga IS NOT NULL) AS transfer
            FULL JOIN (
                SELECT saga, outcome FROM barrier
                WHERE step IN ('post-hold', 'reverse-transfer') AND direction = 'action'
            ) AS posted ON posted.saga = transfer.saga
            WHERE (posted.outcome IS NOT DISTINCT FROM 'done') <> (transfer.id IS NOT NULL)
            LIMIT 1000
            """))
}
