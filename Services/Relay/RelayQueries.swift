import Postgres

/// The relay's bookkeeping in the database that it reads.
enum RelayQueries {
    /// Every transaction below the first answer has ended, and its commit lies before the second.
    ///
    /// The statement's snapshot is taken before the position is read, and a transaction writes
    /// its commit record before snapshots see it as ended.
    static let horizon = Statement(
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_current_wal_insert_lsn()::text
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

    static let slotExists = Statement(
        """
        SELECT active FROM pg_replication_slots WHERE slot_name = $1
        """)

    /// A cursor over what may not be in Kafka yet. `position` is given while the lock is held
    /// that orders a row's key, so it orders the rows of one key as their commits do.
    ///
    /// No `Statement`: a cursor cannot be prepared. `below` is a number that Postgres wrote.
    static func openCursor(publishedBelow below: String) -> String {
        """
        DECLARE unpublished NO SCROLL CURSOR FOR
        SELECT id, topic, aggregateid, type, payload, headers::text,
               (extract(epoch FROM created_at) * 1000000)::bigint - 946684800000000, position
          FROM outbox WHERE xid >= '\(below)'::xid8 ORDER BY position
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

    static let fetch = "FETCH 500 FROM unpublished"

    /// Writes the declaration of a cursor over a range of the outbox, in the order of `position`.
    /// $1 since, $2 until, $3 topic, $4 key; all but the first may be NULL.
    ///
    /// A cursor cannot take parameters: Postgres itself puts the values in. The events are linked
    /// to nothing, because they come a second time, out of their turn.
    static let declareReplay = Statement(
        """
        SELECT format(
            'DECLARE unpublished NO SCROLL CURSOR FOR
             SELECT id, topic, aggregateid, type, payload, headers::text,
                    (extract(epoch FROM created_at) * 1000000)::bigint - 946684800000000,
                    NULL::bigint
               FROM outbox
              WHERE created_at >= %L AND (%L::timestamptz IS NULL OR created_at < %L)
                AND (%L::text IS NULL OR topic = %L) AND (%L::text IS NULL OR aggregateid = %L)
              ORDER BY position',
            $1::timestamptz, $2::timestamptz, $2, $3::text, $3, $4::text, $4)
        """)
}
