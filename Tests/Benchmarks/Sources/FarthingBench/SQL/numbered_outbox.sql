-- One-row transactions whose events say, for each key, the how-manyth they are.
DO $$
BEGIN
    FOR i IN 0..{rows} - 1 LOOP
        INSERT INTO outbox (id, topic, aggregatetype, aggregateid, type, payload, headers)
        VALUES (gen_random_uuid(), '{topic}', 'bench', '{writer}.' || (i % {keys}),
                'bench.happened', convert_to((i / {keys} + 1)::text, 'UTF8'),
                '{"ce_source": "bench", "ce_subject": "1", "ce_tenant": "bench"}');
        COMMIT;
    END LOOP;
END $$
