import FoundationEssentials
import Glibc
import Postgres

/// A private PostgreSQL cluster: its own data directory, on 127.0.0.1 only, with logical decoding.
///
/// As root it runs as Debian's user `postgres`, because PostgreSQL refuses to run as root.
public struct PostgresCluster: Sendable {
    /// How clients prove who they are.
    public enum Authentication: Sendable {
        /// SCRAM with this password for the superuser.
        case password(String)
        /// Anybody on this machine may be anybody: for tests, which connect thousands of times.
        case trust
    }

    /// Where the data are: the directory that was asked for, or what it links to.
    public let data: String
    public let port: Int
    /// Of the supervised process.
    let name: String
    /// Of its processes, beside ours.
    public var environment: [String: String] = [:]
    let authentication: Authentication
    let durable: Bool
    let log: String
    let parentDeathSignal: ProcessCommand.ParentDeathSignal?

    /// Describes a cluster; it is created before its first start.
    ///
    /// - Parameters:
    ///   - directory: for the data, in a directory that exists. Where `postgres` cannot reach it,
    ///     it becomes a link; see `PostgresDirectory`.
    ///   - name: of the supervised process.
    ///   - durable: `false` turns fsync off: data then survive a killed process but not a machine
    ///     that loses its power.
    ///   - diesWithParent: whether the kernel ends it when our process dies.
    public init(
        directory: String, name: String = "postgres", port: Int, authentication: Authentication,
        durable: Bool = true, log: String, diesWithParent: Bool = false
    ) throws {
        self.name = name
        self.data = try PostgresDirectory.resolve(directory)
        self.port = port
        self.authentication = authentication
        self.durable = durable
        self.log = log
        // Immediate shutdown: nothing keeps a test run's data directory waiting.
        self.parentDeathSignal = diesWithParent ? .quit : nil
    }

    /// libpq URL of the superuser for a database.
    public func superuserURL(database: String = "postgres") -> String {
        switch authentication {
        case .password(let password):
            "postgresql://postgres:\(password)@127.0.0.1:\(port)/\(database)"
        case .trust: "postgresql://postgres@127.0.0.1:\(port)/\(database)"
        }
    }

    /// The cluster as a process to supervise; it is created before its first start.
    public func supervised(
        becameReady: @escaping @Sendable () async throws -> Void = {}
    ) throws -> SupervisedProcess {
        let installation = try PostgresInstallation.find(writing: dataVersion)
        let settings = [
            "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=",
            "wal_level=logical", "max_wal_senders=100", "max_replication_slots=100",
            "max_connections=300", "max_prepared_transactions=0", "wal_sender_timeout=30s",
            "fsync=\(durable ? "on" : "off")", "full_page_writes=\(durable ? "on" : "off")",
            "logging_collector=off", "log_checkpoints=off", "log_line_prefix=%m [%p] %u@%d ",
        ]
        let command = process(
            "\(installation.binaries)/postgres",
            ["-D", data] + settings.flatMap { ["-c", $0] })
        return SupervisedProcess(
            name, command, stopSignal: SIGINT,
            prepare: {
                try await create(installation)
                try removeStaleLock()
            },
            isReady: { await isReady() }, becameReady: becameReady)
    }

    /// Removes the data; the cluster must be stopped.
    public func remove() {
        try? FileManager.default.removeItem(atPath: data)
    }

    func process(_ executable: String, _ arguments: [String]) -> ProcessCommand {
        // By env, because it is meant for the program, and not for setpriv, which begins as root.
        let program = environment.map { "\($0)=\($1)" } + [executable] + arguments
        return ProcessCommand(
            "/usr/bin/env", program, workingDirectory: "/", log: log, user: Self.user,
            parentDeathSignal: parentDeathSignal)
    }

    private static let user = "postgres"

    /// The major version that wrote the data directory, `nil` if there is none yet.
    private var dataVersion: Int? {
        readWholeFile("\(data)/PG_VERSION").flatMap {
            Int(String(decoding: $0, as: UTF8.self).prefix { $0.isNumber })
        }
    }

    /// Runs initdb unless it was run before. An initdb that was interrupted left no `PG_VERSION`
    /// in the final place, because it works beside it.
    private func create(_ installation: PostgresInstallation) async throws {
        guard dataVersion == nil else { return }
        let files = FileManager.default
        let draft = data + ".new"
        try? files.removeItem(atPath: draft)
        try files.createDirectory(atPath: draft, withIntermediateDirectories: true)
        chmod(draft, 0o700)
        try giveToPostgres(draft)
        var arguments = [
            "-D", draft, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        ]
        let passwordFile = data + ".password"
        defer { try? files.removeItem(atPath: passwordFile) }
        switch authentication {
        case .trust: arguments += ["--auth=trust"]
        case .password(let password):
            try PrivateFile.write(password + "\n", to: passwordFile)
            try giveToPostgres(passwordFile)
            arguments += ["--auth=scram-sha-256", "--pwfile=\(passwordFile)"]
        }
        let initdb = process("\(installation.binaries)/initdb", arguments)
        try await initdb.run("initdb")
        guard rename(draft, data) == 0 else {
            throw LocalStackError(.invalid, "cannot create \(data): \(errorText(errno))")
        }
    }

    func giveToPostgres(_ path: String) throws {
        guard geteuid() == 0 else { return }
        guard let entry = getpwnam(Self.user)?.pointee else {
            throw LocalStackError(
                .missing, "there is no user postgres to run PostgreSQL as: install postgresql")
        }
        guard chown(path, entry.pw_uid, entry.pw_gid) == 0 else {
            throw LocalStackError(.invalid, "cannot give \(path) away: \(errorText(errno))")
        }
    }

    /// PostgreSQL takes a leftover lock file for a running server whenever its pid is in use
    /// again, whoever uses it now. Throws `.alreadyRunning` if the server really runs.
    private func removeStaleLock() throws {
        let lock = "\(data)/postmaster.pid"
        guard let bytes = readWholeFile(lock) else { return }
        let first = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
        let directory = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/\(first)/cwd")
        guard directory != data else {
            throw LocalStackError(.alreadyRunning, "a PostgreSQL already runs on \(data)")
        }
        try? FileManager.default.removeItem(atPath: lock)
    }

    private func isReady() async -> Bool {
        guard Port.isListening(port) else { return false }
        let url = superuserURL()
        do {
            try await BlockingThread.run { try Connection(url: url).execute("SELECT 1") }
            return true
        } catch {
            return false
        }
    }
}
