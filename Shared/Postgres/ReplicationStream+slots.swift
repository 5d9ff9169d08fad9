import CPostgres

/// A slot that was just made.
public struct CreatedSlot: Sendable {
    /// The stream will begin with the transactions that commit after this.
    public let consistentPoint: LSN
    /// For `SET TRANSACTION SNAPSHOT` on another connection, which then sees exactly what was
    /// committed before: valid until the next command on the stream.
    public let snapshot: String?
}

/// How a slot is doing.
public struct SlotStatus: Sendable {
    /// Somebody reads it.
    public let isActive: Bool
    /// It lost the log it needs, and must be dropped and made anew.
    public let isLost: Bool
    /// What was last confirmed.
    public let confirmed: LSN?
    /// Bytes of log that the server keeps for it.
    public let retainedBytes: Int
}

extension ReplicationStream {
    /// Makes a logical slot for `pgoutput`. The publication must exist before.
    ///
    /// Throws `.duplicateObject` if the slot exists, `.insufficientPrivilege`, and
    /// `.insufficientResources` if the server's `max_replication_slots` is reached.
    public func createSlot(
        _ name: String, exportSnapshot: Bool
    ) throws(PostgresError) -> CreatedSlot {
        let snapshot = exportSnapshot ? "export" : "nothing"
        let sql = """
            CREATE_REPLICATION_SLOT "\(try identifier(name))" LOGICAL pgoutput \
            (SNAPSHOT '\(snapshot)')
            """
        let result = try run(sql, expecting: PGRES_TUPLES_OK)
        guard let point = result.text(1).flatMap({ LSN($0) }) else {
            throw PostgresError(.malformedMessage, "no consistent point for the new slot")
        }
        return CreatedSlot(consistentPoint: point, snapshot: result.text(2))
    }

    /// Drops a slot.
    ///
    /// Throws `.undefinedObject` and `.objectInUse`.
    public func dropSlot(_ name: String) throws(PostgresError) {
        try run(
            "DROP_REPLICATION_SLOT \"\(try identifier(name))\"", expecting: PGRES_COMMAND_OK)
    }

    /// The slot's state, or `nil` if there is none of this name. Not while streaming.
    public func slot(_ name: String) throws(PostgresError) -> SlotStatus? {
        let sql = """
            SELECT active, coalesce(wal_status = 'lost', false), confirmed_flush_lsn,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
              FROM pg_replication_slots WHERE slot_name = '\(try identifier(name))'
            """
        let result = try run(sql, expecting: PGRES_TUPLES_OK)
        guard result.rowCount == 1 else { return nil }
        return SlotStatus(
            isActive: result.text(0) == "t", isLost: result.text(1) == "t",
            confirmed: result.text(2).flatMap { LSN($0) },
            retainedBytes: result.text(3).flatMap { Int($0) } ?? 0)
    }
}

extension ResultMemory {
    /// A value of the first row as the simple protocol gives it, or `nil` for NULL.
    fileprivate func text(_ column: Int32) -> String? {
        guard rowCount > 0, PQgetisnull(pointer, 0, column) == 0 else { return nil }
        return PQgetvalue(pointer, 0, column).map { String(cString: $0) }
    }
}
