import Postgres

/// An outbox full of events that nobody has published yet, which can be read from its beginning
/// again and again.
struct Backlog: Sendable {
    /// libpq URL.
    let url: String
    let rows: Int
    /// A position of the log before the last event's commit and after every other one's.
    let end: String

    private static let beginning = "bench_beginning"

    /// Writes `rows` events of 300 bytes, a transaction each.
    static func write(_ rows: Int, to topic: String, in url: String) throws -> Backlog {
        let connection = try Connection(url: url)
        try connection.query(
            "SELECT slot_name::text FROM pg_create_logical_replication_slot($1, 'pgoutput')",
            beginning)
        // Not what is measured: the events need not be durable one by one.
        try connection.execute("SET synchronous_commit = off")
        try connection.execute(fill(rows - 1, topic))
        let end: String = try connection.query(
            "SELECT pg_current_wal_insert_lsn()::text")[0].read(0)
        try connection.execute(fill(1, topic))
        try connection.execute("CHECKPOINT")
        return Backlog(url: url, rows: rows, end: end)
    }

    /// Makes a slot that has the whole backlog before it.
    func makeSlot(_ name: String) throws {
        try Connection(url: url).query(
            "SELECT slot_name::text FROM pg_copy_logical_replication_slot($1, $2)",
            Self.beginning, name)
    }

    /// Removes a slot, once nobody reads it any more.
    func dropSlot(_ name: String) throws {
        try Connection(url: url).query(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE slot_name = $1", name)
    }

    /// Waits until a slot's reader has confirmed everything. Throws after five minutes.
    func untilConfirmed(_ slot: String) async throws {
        let connection = try Connection(url: url)
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            let rows = try connection.query(
                "SELECT confirmed_flush_lsn > $2::text::pg_lsn FROM pg_replication_slots"
                    + " WHERE slot_name = $1", slot, end)
            if let row = rows.first, try row.read(0, as: Bool.self) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw BenchError("\(slot) has not confirmed \(end) after five minutes")
    }

    /// Waits until a slot was made. Throws after five minutes.
    func untilExists(_ slot: String) async throws {
        let connection = try Connection(url: url)
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            let rows = try connection.query(
                "SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND NOT temporary", slot)
            if !rows.isEmpty { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw BenchError("there is no \(slot) after five minutes")
    }

    /// Waits until nobody reads a slot. Throws after ten seconds.
    func untilFree(_ slot: String) async throws {
        let connection = try Connection(url: url)
        for _ in 0..<100 {
            let rows = try connection.query(
                "SELECT active FROM pg_replication_slots WHERE slot_name = $1", slot)
            guard let row = rows.first, try row.read(0, as: Bool.self) else { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BenchError("somebody still reads \(slot)")
    }

    /// Makes a relay find the backlog as if it had never been there.
    func forget(_ slot: String) async throws {
        try await untilFree(slot)
        try dropSlot(slot)
        try Connection(url: url).query("DELETE FROM relay_checkpoint WHERE slot = $1", slot)
    }

    private static func fill(_ rows: Int, _ topic: String) -> String {
        Script(PackageResources.fill_outbox_sql, ["rows": "\(rows)", "topic": topic]).text
    }
}
