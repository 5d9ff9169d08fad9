-- What was received long ago is forgotten, once the bus has forgotten it too.

-- Rows are appended in the order of their times: a few pages of this index stand for the whole
-- table.
CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

-- Forgets some of what was received longer ago than that; tells how many. A function of the
-- owner's, so that the service itself still cannot remove what it has just received and have it
-- handled twice.
CREATE FUNCTION inbox_forget(age_seconds bigint, at_most bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF age_seconds < 3600 THEN
        RAISE EXCEPTION 'the inbox remembers for an hour at least, not for % s', age_seconds
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    DELETE FROM public.inbox WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM public.inbox
        WHERE received_at < clock_timestamp() - make_interval(secs => age_seconds)
        LIMIT at_most));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
$$;

REVOKE ALL ON FUNCTION inbox_forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inbox_forget TO farthing_service;
