import LocalStack
import Postgres
import Testing

/// A server that follows another one, until that is lost.
public struct TestStandby: Sendable {
    /// The same database, on this server: to be read only until it is promoted.
    public let database: TestDatabase
    fileprivate let primary: TestCluster
    fileprivate let primaryPort: Int
    fileprivate let port: Int

    /// A libpq URL of the primary as one of both, whichever takes writes.
    public func orPrimary(_ url: String) -> String {
        url.replacing(":\(primaryPort)/", with: ":\(primaryPort),127.0.0.1:\(port)/")
            + "?target_session_attrs=read-write"
    }

    /// Waits until everything that is committed on the primary is here too.
    public func caughtUp(with primary: TestDatabase) async throws {
        let end: String = try Connection(url: primary.superuserURL).query(
            "SELECT pg_current_wal_flush_lsn()::text")[0].read(0)
        try await eventually("the standby has come to \(end)") {
            try Connection(url: database.superuserURL).query(
                "SELECT pg_last_wal_replay_lsn() >= '\(end)'::pg_lsn")[0].read(0, as: Bool.self)
        }
    }

    /// Loses the primary, and puts this server in its place.
    public func takeOver() async throws {
        await primary.lose()
        let connection = try Connection(url: database.superuserURL)
        try connection.query("SELECT pg_promote()")
        try await eventually("the standby is promoted") {
            try connection.query("SELECT NOT pg_is_in_recovery()")[0].read(0, as: Bool.self)
        }
    }
}

extension TestDatabase {
    /// Has another server follow the one of this database, which must be its own.
    public func standby() async throws -> TestStandby {
        let follower = try await owner.standby()
        let cluster = try await follower.running()
        return TestStandby(
            database: TestDatabase(name: name, cluster: cluster, owner: follower), primary: owner,
            primaryPort: self.cluster.port, port: cluster.port)
    }
}
