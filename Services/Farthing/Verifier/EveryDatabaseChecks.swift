import Postgres

/// What must be true of every service's database.
enum EveryDatabaseChecks {
    static let all = [triggersAreEnabled, factsCannotBeChanged, commandsAreAnswered]

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
                                    'dead_letter_resolution')
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
            WHERE barrier.outcome <> 'undone-before-done' AND answer.aggregateid IS NULL
            LIMIT 1000
            """))
}
