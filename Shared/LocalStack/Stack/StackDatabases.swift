import FoundationEssentials
import Postgres

/// The three databases of a stack, each with its owner's and its service's role, and the relay's.
struct StackDatabases: Sendable {
    static let names = ["payment", "billing", "ledger"]

    private let superuserURL: String
    private let secrets: Secrets

    init(superuserURL: String, secrets: Secrets) {
        self.superuserURL = superuserURL
        self.secrets = secrets
    }

    func ownerURL(_ name: String) throws -> String { try url("\(name)_owner", name) }
    func serviceURL(_ name: String) throws -> String { try url("\(name)_service", name) }
    func relayURL(_ name: String) throws -> String { try url("relay", name) }

    /// Creates whatever is missing: groups, logins, databases. Each start closes the databases to
    /// other services' logins, also those that an earlier version left open.
    func provision() async throws {
        try await requireLogicalDecoding()
        let roles = PostgresRoles(superuserURL: superuserURL)
        try await roles.createGroups()
        try await roles.createLogin(
            "relay", password: secrets.secret(for: "relay"), member: PostgresRoles.relayGroup,
            replication: true)
        for name in Self.names {
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

    private func requireLogicalDecoding() async throws {
        let url = superuserURL
        let level: String = try await OSThread.run {
            try Connection(url: url).query("SELECT current_setting('wal_level')")[0].read(0)
        }
        guard level == "logical" else {
            throw LocalStackError(
                .invalid, "this PostgreSQL has wal_level = \(level); the relay needs logical")
        }
    }

    private func url(_ role: String, _ database: String) throws -> String {
        guard var components = URLComponents(string: superuserURL), components.host != nil else {
            throw LocalStackError(.invalid, "'\(superuserURL)' is not a PostgreSQL URL")
        }
        components.user = role
        components.password = secrets.secret(for: role)
        components.path = "/\(database)"
        guard let text = components.string else {
            throw LocalStackError(.invalid, "'\(superuserURL)' is not a PostgreSQL URL")
        }
        return text
    }
}
