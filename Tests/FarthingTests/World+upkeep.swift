extension World {
    /// Makes everything a month old, and has the outbox forget half of what it tells, as dropping a
    /// partition does.
    static let forgetOldMessages = """
        DO $$
        DECLARE dated record;
        BEGIN
            FOR dated IN
                SELECT attrelid::regclass AS name, attname AS time FROM pg_attribute
                JOIN pg_class ON pg_class.oid = attrelid
                WHERE attname IN ('created_at', 'effective_at', 'chain_at', 'recorded_at')
                  AND relkind = 'r' AND relnamespace = 'public'::regnamespace
            LOOP
                EXECUTE format('UPDATE %1$s SET %2$I = %2$I - make_interval(months => 1)',
                               dated.name, dated.time);
            END LOOP;
        END
        $$;
        DELETE FROM outbox WHERE position % 2 = 1;
        UPDATE outbox_kept SET since = now() - make_interval(days => 1);
        """

    /// Tells everything a second and a third time, and something that never was.
    static let tellAgain = """
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        SELECT gen_random_uuid(), topic, aggregatetype, aggregateid,
               CASE topic WHEN 'payment.events.v1' THEN 'payment.unknown.v1' ELSE type END,
               payload, headers
        FROM outbox, generate_series(1, 2);
        """

    /// The checks that compare a service's state with what its outbox tells.
    static func tales(of service: Books.Service) -> Set<String> {
        switch service {
        case .payment: ["payments-are-told", "refunds-are-told"]
        case .billing: ["invoices-are-told", "credit-notes-are-told"]
        case .ledger: ["holds-are-told", "transfers-are-told"]
        }
    }
}
