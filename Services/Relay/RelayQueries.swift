import Postgres

/// The relay's bookkeeping in the database that it reads.
enum RelayQueries {
    /// Every transaction below the first answer has ended, and its commit lies before the third.
    /// From the second on none had begun.
    ///
    /// The statement's snapshot is taken before the position is read, and a transaction writes
    /// its commit record before snapshots see it as ended.
    static let horizon = Statement(
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
               pg_snapshot_xmax(pg_current_snapshot())::text, pg_current_wal_insert_lsn()::text,
               EXISTS (SELECT FROM pg_publication_tables
                        WHERE pubname = $1 AND schemaname = $2 AND tablename = $3)
        """)

    /// $1 publication, $2 schema, $3 table: whether it is published, and the relay's own tables are
    /// there.
    static let isPrepared = Statement(
        """
        SELECT EXISTS (SELECT FROM pg_publication_tables
                        WHERE pubname = $1 AND schemaname = $2 AND tablename = $3)
           AND to_regclass('relay_checkpoint') IS NOT NULL
           AND to_regclass('outbox_parked') IS NOT NULL
        """)

    /// Everything of transactions below $2 is in Kafka.
    static let remember = Statement(
        """
        INSERT INTO relay_checkpoint (slot, published_below) VALUES ($1, $2::xid8)
        ON CONFLICT (slot) DO UPDATE
            SET published_below = greatest(relay_checkpoint.published_below,
                                           excluded.published_below),
                at = clock_timestamp()
        """)

    /// What was remembered; '0' where nothing was, or where it cannot be of this cluster because
    /// its transactions are still to come: the database was loaded from a dump of another.
    static let publishedBelow = Statement(
        """
        SELECT coalesce(
            (SELECT published_below FROM relay_checkpoint
              WHERE slot = $1
                AND published_below <= pg_snapshot_xmax(pg_current_snapshot())), '0')::text
        """)

    /// Only one relay rebuilds; the lock goes with its connection.
    static let lockRebuild = Statement(
        """
        SELECT pg_try_advisory_lock(hashtext('farthing relay: ' || $1))
        """)

    /// A slot of this connection, gone with it.
    static let createTemporarySlot = Statement(
        """
        SELECT slot_name::text FROM pg_create_logical_replication_slot($1, 'pgoutput', true)
        """)

    /// The lasting slot, at the very position of the temporary one.
    static let makeSlotLast = Statement(
        """
        SELECT slot_name::text FROM pg_copy_logical_replication_slot($1, $2, false)
        """)

    /// A slot that lost its log is of no use, and in the way of another.
    static let dropLostSlot = Statement(
        """
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
         WHERE slot_name = $1 AND wal_status = 'lost' AND NOT active
        """)

    static let publicationExists = Statement(
        """
        SELECT 1 FROM pg_publication WHERE pubname = $1
        """)

    /// How much of the log the server keeps for the slot, in bytes.
    static let retained = Statement(
        """
        SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
        FROM pg_replication_slots WHERE slot_name = $1 AND restart_lsn IS NOT NULL
        """)

    /// A slot that has passed over rows is of no use either.
    static let dropSlot = Statement(
        """
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
         WHERE slot_name = $1
        """)

    static let slotExists = Statement(
        """
        SELECT active FROM pg_replication_slots WHERE slot_name = $1
        """)

    /// What `publishedBelow` says when nothing was remembered.
    static let nothingPublished = "0"

    /// A cursor over what may not be in Kafka yet. In Farthing's own outbox `position` is given
    /// while the lock is held that orders a row's key, so it orders the rows of one key as their
    /// commits do.
    ///
    /// No `Statement`: a cursor cannot be prepared. `below` is a number that Postgres wrote.
    static func openCursor(_ table: OutboxTable, publishedBelow below: String) -> String {
        let unpublished =
            if let column = table.transactionColumn {
                "\(OutboxTable.quote(column)) >= '\(below)'::xid8"
            } else {
                // 32 bits of it: the nearer half of the circle lies ahead.
                "(xmin::text::bigint - '\(below)'::bigint) & 4294967295 < 2147483648"
            }
        return """
            DECLARE unpublished NO SCROLL CURSOR FOR
            SELECT * FROM \(table.quoted) WHERE \(unpublished) ORDER BY \(table.order)
            """
    }

    /// $1 width in seconds, $2 how many widths ahead.
    static let makePartitions = Statement("SELECT outbox_make_partitions($1, $2)")

    /// $1 age in seconds.
    static let dropPartitions = Statement("SELECT outbox_drop_partitions($1)")

    /// How many partitions there are beside the default one, and how long the one lasts that is
    /// last, in seconds from now.
    static let partitions = Statement(
        """
        SELECT count(*) FILTER (WHERE NOT is_default),
               coalesce(extract(epoch FROM max(ends) - clock_timestamp())::bigint, 0)
        FROM outbox_partition
        """)

    /// One snapshot for all that is fetched, with memory to sort a day's rows in.
    static let begin = """
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '256MB';
        SET LOCAL cursor_tuple_fraction = 1
        """

    static let fetch = "FETCH 2000 FROM unpublished"

    /// Writes the declaration of a cursor over a range of the outbox, in order. $1 table, $2 the
    /// column of the time, $3 since, $4 until, $5 the column of the key, $6 key, $7 order; until and
    /// key may be NULL.
    ///
    /// A cursor cannot take parameters: Postgres itself puts the values in.
    static let declareReplay = Statement(
        """
        SELECT format(
            'DECLARE unpublished NO SCROLL CURSOR FOR SELECT * FROM %s
              WHERE %s >= %L AND (%L::timestamptz IS NULL OR %s < %L)
                AND (%L::text IS NULL OR %s = %L)
              ORDER BY %s',
            $1::text, $2::text, $3::timestamptz, $4::timestamptz, $2, $4, $6::text, $5::text, $6,
            $7::text)
        """)
}
