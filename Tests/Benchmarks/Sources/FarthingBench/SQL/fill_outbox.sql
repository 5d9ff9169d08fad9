-- One-row transactions, as services write them, with payloads that do not compress to nothing.
DO $$
BEGIN
    FOR i IN 1..{rows} LOOP
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        VALUES (gen_random_uuid(), '{topic}', 'bench', (i % 10000)::text, 'bench.happened',
                convert_to('{"text":"' || md5(random()::text) || md5(random()::text)
                    || md5(random()::text) || md5(random()::text) || md5(random()::text)
                    || md5(random()::text) || md5(random()::text) || md5(random()::text)
                    || md5(random()::text) || '"}', 'UTF8'),
                '{"ce_source": "bench", "ce_subject": "1", "ce_tenant": "bench"}');
        COMMIT;
    END LOOP;
END $$
