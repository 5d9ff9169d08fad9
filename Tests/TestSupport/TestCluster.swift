import FoundationEssentials
import LocalStack
import Postgres
import Synchronization

/// A PostgreSQL cluster: the one that the tests of a process share, each with databases of its own,
/// or another for a test that changes its settings.
///
/// It runs without fsync, because its data need not survive the machine; tests of durability
/// start a `TestStack`, which has it on.
actor TestCluster {
    static let shared = TestCluster(name: "postgres")
    private static let count = Atomic(0)

    /// One that nobody else knows. `clock`: what it takes for the time.
    static func own(clock: TestClock? = nil) -> TestCluster {
        TestCluster(
            name: "postgres-\(count.wrappingAdd(1, ordering: .relaxed).newValue)", clock: clock)
    }

    private let name: String
    private let clock: TestClock?
    private var starting: Task<PostgresCluster, any Error>?
    private var supervisor: Supervisor?

    private init(name: String, clock: TestClock? = nil) {
        self.name = name
        self.clock = clock
    }

    /// Roles of every test database. Logging in needs no password here.
    static let owner = "test_owner"
    static let service = "test_service"
    static let relay = "test_relay"

    /// The running cluster; the first caller starts it.
    func running() async throws -> PostgresCluster {
        if let starting { return try await starting.value }
        let task = Task { try await start() }
        starting = task
        return try await task.value
    }

    private func start() async throws -> PostgresCluster {
        let cluster = try await launch { _ in }
        let roles = PostgresRoles(superuserURL: cluster.superuserURL())
        try await roles.createGroups()
        try await roles.createLogin(Self.owner, password: "test")
        try await roles.createLogin(
            Self.service, password: "test", member: PostgresRoles.serviceGroup)
        try await roles.createLogin(
            Self.relay, password: "test", member: PostgresRoles.relayGroup, replication: true)
        return cluster
    }

    private func launch(
        _ prepare: (PostgresCluster) async throws -> Void
    ) async throws -> PostgresCluster {
        let directory = try TestRun.directory()
        var cluster = try PostgresCluster(
            directory: "\(directory)/\(name)", port: try Port.free(), authentication: .trust,
            durable: false, log: "\(directory)/\(name).log", diesWithParent: true)
        if let clock { cluster.environment = clock.environment }
        try await prepare(cluster)
        let supervisor = Supervisor(pids: PidDirectory("\(directory)/\(name)-pids"))
        self.supervisor = supervisor
        try await supervisor.start(try cluster.supervised(), within: .seconds(60))
        return cluster
    }

    /// Another cluster that follows this one.
    func standby() async throws -> TestCluster {
        let primary = try await running()
        let standby = TestCluster.own()
        try await standby.start(following: primary)
        return standby
    }

    private func start(following primary: PostgresCluster) async throws {
        let task = Task { try await launch { try await $0.follow(primary) } }
        starting = task
        _ = try await task.value
    }

    /// Kills it, as a machine that is lost.
    func lose() async {
        await supervisor?.setRestarting(false, "postgres")
        await supervisor?.kill("postgres")
    }

    private var templates: [String: Task<String, any Error>] = [:]

    /// The database that holds these migrations and nothing else; made once per distinct list.
    func template(_ sets: [MigrationSet]) async throws -> String {
        let key = sets.map(\.fingerprint).joined(separator: " ")
        if let known = templates[key] { return try await known.value }
        let name = "template_\(templates.count)"
        let task = Task {
            let cluster = try await running()
            let roles = PostgresRoles(superuserURL: cluster.superuserURL())
            try await roles.createDatabase(name, owner: Self.owner)
            let url = cluster.url(name, as: Self.owner)
            _ = try await Migrator(url: url, logger: .quiet).migrate(sets)
            return name
        }
        templates[key] = task
        return try await task.value
    }
}

extension MigrationSet {
    /// Tells lists of migrations apart within one process.
    fileprivate var fingerprint: String {
        var hasher = Hasher()
        for migration in migrations {
            hasher.combine(migration.version)
            hasher.combine(migration.sql)
        }
        return "\(component):\(hasher.finalize())"
    }
}

extension PostgresCluster {
    /// libpq URL of one of the test roles.
    func url(_ database: String, as role: String) -> String {
        "postgresql://\(role):test@127.0.0.1:\(port)/\(database)"
    }
}
