import Postgres
import TestSupport
import Testing

@testable import Relay

/// A commit is in the log before others see it: with a synchronous standby, for as long as that one
/// takes to answer.
@Suite("A commit that waits for its standby", .tags(.database, .kafka))
struct CommitInFlightTests {
    /// The slot becomes ready after the commit was logged, so it does not tell of it; and the table
    /// does not show it yet.
    @Test("is published by a relay that makes its slot meanwhile")
    func whileSlotIsMade() async throws {
        let rig = try await rig()
        let first = try Connection(url: rig.database.superuserURL)
        let second = try Connection(url: rig.database.superuserURL)
        let before = try begin(first)
        try await relaying(rig.source()) {
            // Whoever makes a slot waits for what runs, and then once more for what runs by then.
            try await rebuildWaits(for: before, rig)
            let since = try begin(second)
            try first.execute("ROLLBACK")
            try await rebuildWaits(for: since, rig)
            try await committing(rig) { _ in
                try second.execute("ROLLBACK")
                try await eventually("the slot is ready") {
                    try rig.superuser(
                        "SELECT FROM pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL"
                    ).count > 0
                }
                try await rig.write(key: 8)
            }
            try await rig.verify()
        }
    }

    @Test("is covered by the checkpoint once it has ended, though nothing follows it")
    func lastOfAll() async throws {
        let rig = try await rig()
        try await relaying(rig.source()) {
            try await rig.write(writers: 2, each: 10)
            try await rig.verify()
            try await committing(rig) { transaction in
                try await eventually("the checkpoint has come to \(transaction)") {
                    try rig.superuser("SELECT published_below::text FROM relay_checkpoint")[0]
                        .read(0) == transaction
                }
            }
            try await rig.checkpointed()
        }
    }

    /// On a server whose commits do not wait for a standby unless their sessions say so.
    private func rig() async throws -> RelayRig {
        let rig = try await RelayRig.make(ownPostgres: true)
        try rig.superuser("ALTER SYSTEM SET synchronous_commit = local")
        try rig.superuser("ALTER SYSTEM SET synchronous_standby_names = nobody")
        try rig.superuser("SELECT pg_reload_conf()")
        return rig
    }

    /// Runs `body` while a commit waits, giving it the transaction's number; then lets it end.
    private func committing(
        _ rig: RelayRig, _ body: (_ transaction: String) async throws -> Void
    ) async throws {
        let patient = try Database(
            .init(url: rig.database.url + "?options=-csynchronous_commit%3Don", connections: 1),
            logger: .quiet)
        let commit = Task { try await rig.write(key: 7, through: patient) }
        var transaction = ""
        try await eventually("the commit waits for a standby") {
            let waiting = try rig.superuser(
                "SELECT backend_xid::text FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
            transaction = try waiting.first?.read(0) ?? ""
            return waiting.count == 1
        }
        try await body(transaction)
        try rig.superuser("ALTER SYSTEM RESET synchronous_standby_names")
        try rig.superuser("SELECT pg_reload_conf()")
        try await commit.value
    }

    /// Begins a transaction that has a number, and gives it.
    private func begin(_ connection: borrowing Connection) throws -> String {
        try connection.execute("BEGIN")
        return try connection.query("SELECT pg_current_xact_id()::text")[0].read(0)
    }

    private func rebuildWaits(for transaction: String, _ rig: RelayRig) async throws {
        try await eventually("the rebuild waits for \(transaction)") {
            try rig.superuser(
                """
                SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                 WHERE application_name = 'farthing-relay-rebuild' AND NOT granted
                   AND transactionid::text = '\(transaction)'
                """
            ).count == 1
        }
    }
}
