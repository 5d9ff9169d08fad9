import FoundationEssentials
import Glibc

extension PostgresCluster {
    /// Takes a copy of a running cluster's data, so that this one follows it once it is started
    /// (`pg_basebackup`). Throws `LocalStackError`.
    public func follow(_ primary: PostgresCluster) async throws {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        chmod(data, 0o700)
        try giveToPostgres(data)
        let copy = process(
            "\(try PostgresInstallation.find().binaries)/pg_basebackup",
            [
                "--dbname", primary.superuserURL(), "--pgdata", data, "--wal-method", "stream",
                "--checkpoint", "fast", "--no-sync", "--write-recovery-conf",
            ])
        try await copy.run("pg_basebackup")
    }
}
