import FoundationEssentials
import Postgres

/// The three databases of a stack, each with its owner's and its service's role, and the relay's.
struct StackDatabases: Sendable {
    static let names = Stack.services

    /// libpq URLs of superusers by database: of one server for all, or of one for each.
    private let servers: [String: String]
    private let secrets: Secrets

    init(servers: [String: String], secrets: Secrets) {
        self.servers = servers
        self.secrets = secrets
    }

    /// All of them on one server.
    init(superuserURL: String, secrets: Secrets) {
        let servers = Self.names.map { ($0, superuserURL) }
        self.init(servers: Dictionary(uniqueKeysWithValues: servers), secrets: secrets)
    }

    func ownerURL(_ name: String) throws -> String { try url("\(name)_owner", name) }
    func serviceURL(_ name: String) throws -> String { try url("\(name)_service", name) }
    func relayURL(_ name: String) throws -> String { try url("relay", name) }

    /// Creates whatever is missing: groups, logins, databases. Each start closes the databases to
    /// other services' logins, also those that an earlier version left open.
    func provision() async throws {
        for name in Self.names {
            let server = try server(name)
            try await requireLogicalDecoding(server)
            let roles = PostgresRoles(superuserURL: server)
            try await roles.createGroups()
            try await roles.createLogin(
                "relay", password: secrets.secret(for: "relay"),
                member: PostgresRoles.relayGroup, replication: true)
            let owner = "\(name)_owner"
            let service = "\(name)_service"
            try await roles.createLogin(owner, password: secrets.secret(for: owner))
            try await roles.createLogin(
                service, password: secrets.secret(for: service),
                member: PostgresRoles.serviceGroup)
            try await roles.createDatabase(name, owner: owner)
            try await roles.restrictDatabase(name, to: [service, "relay"])
        }
    }

    private func requireLogicalDecoding(_ url: String) async throws {
        let level: String = try await BlockingThread.run {
            try Connection(url: url).query("SELECT current_setting('wal_level')")[0].read(0)
        }
        guard level == "logical" else {
            throw LocalStackError(
                .invalid, "this PostgreSQL has wal_level = \(level); the relay needs logical")
        }
    }

    private func server(_ name: String) throws -> String {
        guard let url = servers[name] else {
            throw LocalStackError(.invalid, "no server has the database \(name)")
        }
        return url
    }

    private func url(_ role: String, _ database: String) throws -> String {
        let server = try server(database)
        guard var components = URLComponents(string: server), components.host != nil else {
            throw LocalStackError(.invalid, "'\(server)' is not a PostgreSQL URL")
        }
        components.user = role
        components.password = secrets.secret(for: role)
        components.path = "/\(database)"
        guard let text = components.string else {
            throw LocalStackError(.invalid, "'\(server)' is not a PostgreSQL URL")
        }
        return text
    }
}
