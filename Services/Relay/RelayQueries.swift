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

    /// Everything of transactions below $2 is in Kafka, and the log is read with publication $3. What
    /// is remembered of transactions that are still to come is another cluster's, see
    /// `publishedBelow`, and gives way: once they had come, it would be believed.
    static let remember = Statement(
        """
        INSERT INTO relay_checkpoint (slot, published_below, publication)
        VALUES ($1, $2::xid8, $3)
        ON CONFLICT (slot) DO UPDATE
            SET published_below =
                    CASE WHEN relay_checkpoint.published_below
                              > pg_snapshot_xmax(pg_current_snapshot())
                         THEN excluded.published_below
                         ELSE greatest(relay_checkpoint.published_below, excluded.published_below)
                    END,
                publication = excluded.publication,
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

    static let waitsForStandby = Statement(
        "SELECT current_setting('synchronous_standby_names') <> ''")

    /// A moment's snapshot: what has ended below the first answer, nothing from the second on, and
    /// those in between that run.
    static let snapshot = Statement(
        """
        SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint,
               ARRAY(SELECT xip::text::bigint FROM pg_snapshot_xip(now) AS xip)
          FROM pg_current_snapshot() AS now
        """)

    /// A number of this very transaction: all that run already have lower ones. A snapshot's xmax
    /// would not do, since transactions above it may run.
    static let ownTransaction = Statement("SELECT pg_current_xact_id()::text")

    /// Whether all transactions below $1 have ended.
    static let haveEnded = Statement(
        "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8")

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

    /// Whether role $1 may look into schema $2.
    static let maySeeSchema = Statement("SELECT has_schema_privilege($1::name, $2::text, 'USAGE')")

    /// The database of a slot that is not this one's: names of slots are the cluster's.
    static let foreignSlot = Statement(
        """
        SELECT coalesce(database::text, '') FROM pg_replication_slots
         WHERE slot_name = $1 AND database IS DISTINCT FROM current_database()
        """)

    /// How much of the log the server keeps for the slot, in bytes.
    static let retained = Statement(
        """
        SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
        FROM pg_replication_slots WHERE slot_name = $1 AND restart_lsn IS NOT NULL
        """)

    static let slotExists = Statement(
        """
        SELECT active FROM pg_replication_slots WHERE slot_name = $1
        """)

    /// What `publishedBelow` says when nothing was remembered.
    static let nothingPublished = "0"

    /// The condition of a row that may not be in Kafka yet. `below` is a number that Postgres wrote.
    static func isUnpublished(in table: OutboxTable, publishedBelow below: String) -> String {
        // On a circle half of all rows would lie before it.
        if below == nothingPublished { return "true" }
        return if let column = table.transactionColumn {
            "\(OutboxTable.quote(column)) >= '\(below)'::xid8"
        } else {
            // 32 bits of it: the nearer half of the circle lies ahead.
            "(xmin::text::bigint - '\(below)'::bigint) & 4294967295 < 2147483648"
        }
    }

    /// The rows of a condition, in the table's order. In Farthing's own outbox `position` is given
    /// while the lock is held that orders a row's key, so it orders the rows of one key as their
    /// commits do.
    ///
    /// What is sorted are the rows' places only, which fit into memory where the rows would not,
    /// and the rows are fetched by them: 3,000,000 of 300 B took 7.5 µs each instead of 10.4
    /// (2026-11).
    /// `partitionKey` spares a look into every other partition.
    static func scan(
        _ table: OutboxTable, _ columns: [String], where condition: String, partitionKey: String?
    ) -> String {
        let order = table.order.map(OutboxTable.quote).joined(separator: ", ")
        let keys = (table.order + [partitionKey].compactMap(\.self)).map(OutboxTable.quote)
        let found = Set(keys).sorted().joined(separator: ", ")
        let isInPartition =
            partitionKey.map(OutboxTable.quote).map { " AND event.\($0) = found.\($0)" } ?? ""
        return """
            SELECT \(columns.map { "event." + OutboxTable.quote($0) }.joined(separator: ", "))
            FROM (SELECT ctid AS "found at", tableoid AS "found in", \(found)
                    FROM \(table.quoted) WHERE \(condition)
                   ORDER BY \(order) OFFSET 0) AS found
            JOIN \(table.quoted) AS event
              ON event.ctid = "found at" AND event.tableoid = "found in"\(isInPartition)
            ORDER BY \(table.order.map { "found." + OutboxTable.quote($0) }.joined(separator: ", "))
            """
    }

    /// The column that a table is partitioned by, if it is by one that is never null.
    static let partitionKey = Statement(
        """
        SELECT attname::text
        FROM pg_partitioned_table
        JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
        WHERE partrelid = $1::text::regclass AND partnatts = 1 AND attnotnull
        """)

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

    /// One snapshot for all, memory to sort a day's places in, and no plan but the one that `scan`
    /// is written for. In a small partition the planner may think that the times of its index lead
    /// to a row as cheaply as its place, and then reads all of them for each row.
    static func beginScan(partitionKey: String?) -> String {
        """
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '256MB';
        SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off
        """
            + (partitionKey == nil
                ? "" : "; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
    }

    /// Writes the condition of a range of the outbox. $1 the column of the time, $2 since, $3 until,
    /// $4 the column of the key, $5 key; until and key may be NULL.
    ///
    /// A COPY cannot take parameters: Postgres itself puts the values in.
    static let isInRange = Statement(
        """
        SELECT format(
            '%s >= %L AND (%L::timestamptz IS NULL OR %s < %L) AND (%L::text IS NULL OR %s = %L)',
            $1::text, $2::timestamptz, $3::timestamptz, $1, $3, $5::text, $4::text, $5)
        """)
}
