import Postgres

/// What must be true of every service's database.
enum EveryDatabaseChecks {
    static let all =
        [triggersAreEnabled, factsCannotBeChanged, commandsAreAnswered, outboxReachesBack]
        + SealChecks.everyDatabase

    /// Foreign keys and deferred constraints are triggers too, and are disabled the same way.
    static let triggersAreEnabled = Check(
        "triggers-are-enabled", invariant: 4,
        Statement(
            """
            SELECT format('trigger %s on %s', tgname, tgrelid::regclass), 'is disabled'
            FROM pg_trigger
            WHERE tgenabled IN ('D', 'R')
            LIMIT 1000
            """))

    /// Tables of facts: whoever acts for a service may add to them, and nothing else.
    static let factsCannotBeChanged = Check(
        "facts-cannot-be-changed", invariant: 4,
        Statement(
            """
            SELECT format('role %s', role.rolname),
                   format('may change or remove rows of %s', facts.oid::regclass)
            FROM pg_class AS facts
            CROSS JOIN pg_roles AS role
            WHERE facts.relnamespace = 'public'::regnamespace
              AND facts.relname IN ('outbox', 'inbox', 'barrier', 'audit', 'saga_log', 'transfer',
                                    'entry', 'fee_plan', 'invoice_line', 'dead_letters',
                                    'dead_letter_resolution', 'audit_leaf',
                                    'audit_checkpoint', 'audit_subtree')
              AND NOT role.rolsuper
              AND role.oid <> facts.relowner
              AND pg_has_role(role.oid, 'farthing_service', 'USAGE')
              AND (has_any_column_privilege(role.oid, facts.oid, 'UPDATE')
                   OR has_table_privilege(role.oid, facts.oid, 'DELETE')
                   OR has_table_privilege(role.oid, facts.oid, 'TRUNCATE'))
            LIMIT 1000
            """))

    static let commandsAreAnswered = Check(
        "commands-are-answered", invariant: 6,
        Statement(
            """
            SELECT 'saga_' || barrier.saga,
                   format('had %s %s %s, but the outbox has no such reply', barrier.step,
                          barrier.direction, barrier.outcome)
            FROM barrier
            LEFT JOIN (
                SELECT DISTINCT aggregateid, headers ->> 'ce_sagastep' AS step,
                       headers ->> 'ce_sagadirection' AS direction, payload
                FROM outbox WHERE topic = 'payment.replies.v1'
            ) AS answer
                ON answer.aggregateid = 'saga_' || barrier.saga AND answer.step = barrier.step
               AND answer.direction = barrier.direction AND answer.payload = barrier.reply
            CROSS JOIN outbox_kept AS kept
            -- A transaction may have given its reply an earlier time than its barrier.
            WHERE barrier.created_at >= kept.since + interval '1 hour'
              AND barrier.outcome <> 'undone-before-done' AND answer.aggregateid IS NULL
            LIMIT 1000
            """))

    /// The checks of what was told look no further back than `outbox_kept` says: it must say
    /// something, and nothing that upkeep would not.
    static let outboxReachesBack = Check(
        "outbox-reaches-back",
        Statement(
            """
            SELECT 'outbox_kept', coalesce('says that all is kept since ' || since,
                                           'does not say since when all is kept')
            FROM (VALUES (1)) AS always
            LEFT JOIN outbox_kept ON true
            WHERE since IS NULL OR since > now() - interval '1 hour'
            """))
}
