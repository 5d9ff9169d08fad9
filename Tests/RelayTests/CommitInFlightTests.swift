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
            try await committing(rig) {
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

    /// A standby that takes over now would know nothing of it.
    @Test("is published when the standby has answered, and not before")
    func notBefore() async throws {
        let rig = try await rig()
        let source = rig.source()
        try await relaying(source) {
            try await rig.write(writers: 2, each: 10)
            try await rig.verify()
            try await committing(rig) {
                try await eventually("the relay has known of it for a second") {
                    source.metrics.health(laggingAfter: 1) == "lagging"
                }
                try await rig.verify()
            }
            try await rig.verify()
            try await rig.checkpointed()
        }
    }

    @Test("is left to the next relay by one that is stopped meanwhile", .timeLimit(.minutes(2)))
    func stopped() async throws {
        let rig = try await rig()
        try await relaying(rig.source()) {
            try await rig.write(key: 8)
            try await rig.verify()
        }
        let source = rig.source()
        try await committing(rig) {
            try await relaying(source) {
                try await eventually("the relay has known of it for a second") {
                    source.metrics.health(laggingAfter: 1) == "lagging"
                }
            }
            try await rig.verify()
        }
        try await relaying(rig.source()) { try await rig.verify() }
    }

    @Test(
        "of a snapshot's transactions has ended what is below it, or in between and not running",
        .tags(.unit), arguments: [5, UInt32.max - 1])
    func snapshots(start: UInt32) {
        let snapshot = TransactionSnapshot(
            xmin: start, xmax: start &+ 4, running: [start, start &+ 2])
        let ended = (0...6).map { snapshot.hasEnded(start &- 1 &+ $0) }
        #expect(ended == [true, false, true, false, true, false, false])
    }

    /// On a server whose commits do not wait for a standby unless their sessions say so.
    private func rig() async throws -> RelayRig {
        let rig = try await RelayRig.make(ownPostgres: true)
        try rig.superuser("ALTER SYSTEM SET synchronous_commit = local")
        try rig.superuser("ALTER SYSTEM SET synchronous_standby_names = nobody")
        try rig.superuser("SELECT pg_reload_conf()")
        try await eventually("new sessions know of the standby") {
            try rig.superuser("SHOW synchronous_standby_names")[0].read(0) == "nobody"
        }
        return rig
    }

    /// Runs `body` while a commit waits, then lets it end.
    private func committing(_ rig: RelayRig, _ body: () async throws -> Void) async throws {
        let patient = try Database(
            .init(url: rig.database.url + "?options=-csynchronous_commit%3Don", connections: 1),
            logger: .quiet)
        let commit = Task { try await rig.write(key: 7, through: patient) }
        try await eventually("the commit waits for a standby") {
            try rig.superuser("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                .count == 1
        }
        try await body()
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
