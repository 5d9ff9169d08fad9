import Postgres

/// What the catalog tells of publications, and the relay remembers of its own.
enum PublicationQueries {
    /// $1 publication, $2 schema, $3 table: the publication's identity, whether the table is in it,
    /// whether it publishes inserts, the filter of the table's rows, and its columns that are left
    /// out. By way of JSON, since servers before 15 know of neither.
    ///
    /// A table, or a schema, that is added gets an object id of its own each time, which `pg_depend`
    /// has whatever its kind is. A publication that is altered keeps its own, but its row is another
    /// transaction's. `publish_via_partition_root` decides which is listed, the table or its
    /// partitions.
    static let state = Statement(
        """
        SELECT concat_ws(' ', publication.oid, publication.xmin, outbox.oid,
                         (SELECT string_agg(objid::text, ' ' ORDER BY objid) FROM pg_depend
                           WHERE refclassid = 'pg_publication'::regclass
                             AND refobjid = publication.oid)),
               listed.value IS NOT NULL,
               publication.pubinsert,
               listed.value ->> 'rowfilter',
               ARRAY(SELECT attname::text FROM pg_attribute
                      WHERE attrelid = outbox.oid AND attnum > 0 AND NOT attisdropped
                        AND attgenerated = '' AND NOT listed.value -> 'attnames' ? attname::text)
          FROM pg_publication AS publication
          LEFT JOIN (SELECT pg_class.oid
                       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                      WHERE nspname = $2 AND relname = $3) AS outbox ON true
          LEFT JOIN (SELECT to_jsonb(pg_publication_tables) AS value FROM pg_publication_tables
                      WHERE pubname = $1 AND schemaname = $2 AND tablename = $3) AS listed ON true
         WHERE publication.pubname = $1
        """)

    /// The tables of publication $1, and whether each is $2.$3 or a partition of it.
    static let tables = Statement(
        """
        SELECT schemaname || '.' || tablename,
               EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                        WHERE nspname = $2 AND relname = $3
                          AND (schemaname = $2 AND tablename = $3
                               OR pg_class.oid IN (
                                   SELECT relid FROM pg_partition_ancestors(
                                       format('%I.%I', schemaname, tablename)::regclass))))
          FROM pg_publication_tables WHERE pubname = $1
         ORDER BY 1
        """)

    /// Whether the relay's own tables are there, as this relay needs them.
    static let hasOwnTables = Statement(
        """
        SELECT to_regclass('outbox_parked') IS NOT NULL
           AND EXISTS (SELECT FROM pg_attribute
                        WHERE attrelid = to_regclass('relay_checkpoint')
                          AND attname = 'publication')
        """)

    /// The identity of the publication that slot $1 was read with; NULL where an earlier relay, which
    /// kept none, has made the checkpoint.
    static let kept = Statement("SELECT publication FROM relay_checkpoint WHERE slot = $1")

    /// Keeps $2 for slot $1 if there is none.
    static let adopt = Statement(
        """
        INSERT INTO relay_checkpoint (slot, published_below, publication) VALUES ($1, '0', $2)
        ON CONFLICT (slot) DO UPDATE SET publication = excluded.publication
            WHERE relay_checkpoint.publication IS NULL
        """)

    /// Nothing that is read of slot $1 is trusted any more.
    static let distrust = Statement(
        "UPDATE relay_checkpoint SET publication = '' WHERE slot = $1")

    /// Drops slot $1 if it was read with another publication than $2: it may have passed over rows.
    static let dropSlot = Statement(
        """
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
         WHERE slot_name = $1 AND database = current_database() AND NOT active
           AND EXISTS (SELECT FROM relay_checkpoint WHERE slot = $1 AND publication <> $2)
        """)
}
