-- Unless it is named, pg_temp is searched first: whoever may make temporary tables could put one in
-- the place of a table that a function of the owner's means.
ALTER FUNCTION inbox_forget SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION outbox_make_partitions SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION outbox_drop_partitions SET search_path = pg_catalog, public, pg_temp;
